"""What people send to the vault, one schema a command."""

from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates, validates_schema

from fund.i18n import LANGUAGES, N_
from fund.schemas import CHOOSE, REQUIRED, Code, CommandSchema, Day, Id, Text, WholeNumber
from fund.survivors.choices import (
    ATTESTATION_WAYS,
    DOCUMENT_CLASSES,
    GIVER_KINDS,
    GUARDIAN_RELATIONS,
    LAWFUL_BASES,
    READ_PURPOSES,
    REGIONS,
    STATE_RELATIONS,
    WAYS_GIVEN,
    WITHDRAWAL_REASONS,
    YEARS_VALID,
)
from fund.survivors.identity import Identity, is_plausible_number

OLDEST_YEAR = 1920
UNDER_TEN = "under_ten"  # the answer instead of a way of assent


class CaseAddSchema(CommandSchema):
    """A new record: who it is, and where it is worked on."""

    name = Text(required=True, longest=200)
    nickname = Text(longest=100, load_default="")
    birth_date = Day(required=True)
    national_id = Text(longest=30, load_default="")
    contact = Text(longest=500, load_default="")
    region = Code(REGIONS, required=True)
    label = Text(longest=60, load_default="")

    @validates("birth_date")
    def _check_year(self, value: date, data_key: str) -> None:
        if value.year > OLDEST_YEAR + 543:
            raise ValidationError(N_("Please write the year of the common era, such as 2010."))
        if value.year < OLDEST_YEAR:
            raise ValidationError(N_("Please look at the year once more."))

    @validates("national_id")
    def _check_number(self, value: str, data_key: str) -> None:
        if not is_plausible_number(value):
            raise ValidationError(
                N_("This number has a mistake in it; please compare it with the card.")
            )

    @post_load
    def _gather(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        who = {
            part: data.pop(part)
            for part in ("name", "nickname", "birth_date", "national_id", "contact")
        }
        return data | {"identity": Identity(**who)}


class CaseEditSchema(CommandSchema):
    """What may be corrected without reading who it is."""

    region = Code(REGIONS, required=True)
    label = Text(longest=60, load_default="")
    version = WholeNumber(required=True)


class IdentityReadSchema(CommandSchema):
    """Why somebody opens an identity."""

    purpose = Code(READ_PURPOSES, required=True)


class AttestSchema(CommandSchema):
    """How a second person made sure."""

    way = Code(ATTESTATION_WAYS, required=True)


class AssignSchema(CommandSchema):
    """A colleague, to be given the case or taken off it."""

    staff_id = Id(required=True)


class DocumentAddSchema(CommandSchema):
    """What a paper is; its file comes beside it."""

    document_class = Code(DOCUMENT_CLASSES, required=True)


class ConsentWithdrawSchema(CommandSchema):
    """Why every consent ends."""

    reason = Code(WITHDRAWAL_REASONS, required=True)


class ConsentAddSchema(CommandSchema):
    """A consent as it was given; which parts are needed depends on who gave it."""

    giver_kind = Code(GIVER_KINDS, required=True)
    language = Code(LANGUAGES, load_default="th")
    wording_version = WholeNumber(load_default=None)
    given_how = Code(WAYS_GIVEN, load_default=None)
    given_on = Day(required=True)
    years = Code(YEARS_VALID, load_default="1")
    relation = Code({**GUARDIAN_RELATIONS, **STATE_RELATIONS}, load_default=None)
    guardian_id = Id(load_default=None)
    guardian_name = Text(longest=200, load_default="")
    is_safe_to_contact = fields.Boolean(load_default=False, error_messages={"invalid": CHOOSE})
    document_id = Id(load_default=None)
    lawful_basis = Code(LAWFUL_BASES, load_default=None)
    reason = Text(longest=2000, load_default="")
    assent_how = Code([UNDER_TEN, *WAYS_GIVEN], load_default=None)
    assent_language = Code(LANGUAGES, load_default="th")
    assent_version = WholeNumber(load_default=None)

    @validates_schema
    def _check_parts(self, data: dict[str, Any], **_: Any) -> None:
        missing: dict[str, list[str]] = {}
        kind = data["giver_kind"]
        if kind == "other_lawful_basis":
            missing |= {name: [CHOOSE] for name in ("lawful_basis",) if not data[name]}
            missing |= {name: [REQUIRED] for name in ("reason",) if not data[name]}
        elif not data["given_how"]:
            missing["given_how"] = [CHOOSE]
        if kind != "survivor" and not data["assent_how"]:
            missing["assent_how"] = [CHOOSE]
        if kind == "state_guardian" and data["relation"] not in STATE_RELATIONS:
            missing["relation"] = [CHOOSE]
        if kind == "guardian" and data["guardian_id"] is None:
            if data["relation"] not in GUARDIAN_RELATIONS:
                missing["relation"] = [CHOOSE]
            if not data["guardian_name"]:
                missing["guardian_name"] = [REQUIRED]
        if missing:
            raise ValidationError(missing)
