"""What the forms of the committee take in."""

from typing import Any

from marshmallow import ValidationError, fields, post_load

from fund.awards.models import CONDITIONS
from fund.committee.models import CHOICES, CONFLICTS, SAFETY
from fund.committee.operations import Choice, Marks
from fund.schemas import CHOOSE, Code, CommandSchema, Text

YES_NO = {"no": None, "yes": None}
SCALE = {str(mark): None for mark in range(1, 6)}


class DeclareSchema(CommandSchema):
    """Whether there is a conflict of interest, and of what kind."""

    has_conflict = Code(YES_NO, required=True)
    conflict_kind = Code({"": None, **CONFLICTS}, load_default="")

    @post_load
    def make_kind(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if data["has_conflict"] == "no":
            return {"conflict_kind": None}
        if not data["conflict_kind"]:
            raise ValidationError(CHOOSE, "conflict_kind")
        return {"conflict_kind": data["conflict_kind"]}


class VoteSchema(CommandSchema):
    """Marks and a vote."""

    need = Code(SCALE, required=True)
    plan = Code(SCALE, required=True)
    cost = Code(SCALE, required=True)
    safety = Code(SAFETY, required=True)
    choice = Code(CHOICES, required=True)
    conditions = fields.List(Code(CONDITIONS), load_default=list)
    reason = Text(longest=2000, load_default="")

    @post_load
    def make_vote(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        marks = Marks(
            need=int(data["need"]),
            plan=int(data["plan"]),
            cost=int(data["cost"]),
            safety=data["safety"],
        )
        choice = Choice(data["choice"], tuple(data["conditions"]), data["reason"])
        return {"marks": marks, "choice": choice}
