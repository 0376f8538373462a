"""What each command of this room takes."""

from typing import Any

from marshmallow import ValidationError, validate, validates_schema

from fund.banking.choices import DIFFERENCES, OF_THE_BANK
from fund.banking.refusals import TEXTS
from fund.bookkeeping.imports.choices import DAY_ORDERS, DECIMALS
from fund.disbursements.choices import RETURN_REASONS
from fund.money import CURRENCIES
from fund.schemas import CHOOSE, Code, CommandSchema, Day, Id, Text


class AccountSchema(CommandSchema):
    """A new account of an office."""

    office_id = Id(required=True)
    name = Text(required=True, longest=80)
    number = Text(required=True, longest=40)


def _column() -> Text:
    return Text(load_default="", longest=200)


class ColumnsSchema(CommandSchema):
    """Which column of a bank's CSV files says what, see `csv_lines.ColumnMapping`."""

    day = _column()
    day_order = Code(DAY_ORDERS, required=True)
    amount = _column()
    paid_in = _column()
    paid_out = _column()
    text = _column()
    text_2 = _column()
    reference = _column()
    balance = _column()
    decimal = Code(DECIMALS, required=True)

    @validates_schema
    def _complete(self, data: dict[str, Any], **_: Any) -> None:
        both = bool(data.get("paid_in")) and bool(data.get("paid_out"))
        either = bool(data.get("paid_in")) or bool(data.get("paid_out"))
        amount = bool(data.get("amount"))
        if not data.get("day") or amount == both or (amount and either):
            raise ValidationError(TEXTS["columns_incomplete"])


class SeenSchema(CommandSchema):
    """Which reading of the file was seen."""

    seen = Text(required=True, longest=64)


class LineBookSchema(CommandSchema):
    """What the bank took or paid for itself, and of which fund."""

    kind = Code(OF_THE_BANK, required=True)
    fund_id = Id(required=True)


class LineReturnSchema(CommandSchema):
    """Which payment came back, and why."""

    came_back = Text(required=True, longest=80)
    return_reason = Code(RETURN_REASONS, required=True)


class LeaveAsideSchema(CommandSchema):
    """Why a line is nothing for the books."""

    reason = Text(required=True, longest=500)


class ExplainSchema(CommandSchema):
    """Which difference stands, seen on which day, and why."""

    day = Day(required=True)
    kind = Code(DIFFERENCES, required=True)
    thing = Text(required=True, longest=200)
    amount_minor = Text(
        required=True, longest=20, validate=validate.Regexp(r"-?[0-9]{1,16}", error=CHOOSE)
    )
    currency = Code(CURRENCIES, required=True)
    reason = Text(required=True, longest=500)
