"""What the pages of the e-Donation file send."""

from typing import Any

from marshmallow import ValidationError, post_load

from fund.giving.edonation.columns import FIELD_NAMES, LONGEST
from fund.schemas import REQUIRED, Code, CommandSchema, Day, Text, WholeNumber


class EdonationFileSchema(CommandSchema):
    """Which gifts the file tells; `version` is the number of the columns in view."""

    office = Text(longest=40, required=True)
    first = Day(required=True)
    last = Day(required=True)
    format = Code(["csv", "xlsx"], required=True)
    version = WholeNumber(required=True)


class ConfirmColumnsSchema(CommandSchema):
    """Whose columns are confirmed; `version` is the number of those in view."""

    office = Text(longest=40, required=True)
    version = WholeNumber(required=True)


class ColumnsBase(CommandSchema):
    """The file's columns: heading and field of each place; places left empty are skipped."""

    version = WholeNumber(required=True)

    @post_load
    def read_columns(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        pairs = [(data[f"heading_{n}"], data[f"field_{n}"]) for n in range(LONGEST)]
        half = {
            f"{'field' if heading else 'heading'}_{n}": [REQUIRED]
            for n, (heading, field) in enumerate(pairs)
            if bool(heading) != bool(field)
        }
        if half:
            raise ValidationError(half)
        return data | {"columns": [pair for pair in pairs if all(pair)]}


ColumnsSchema = ColumnsBase.from_dict(
    {
        f"{name}_{place}": Text(load_default="", longest=100)
        if name == "heading"
        else Code(["", *FIELD_NAMES], load_default="")
        for place in range(LONGEST)
        for name in ("heading", "field")
    },
    name="ColumnsSchema",
)
