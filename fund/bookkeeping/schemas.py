"""What each command of this room takes."""

import re
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from fund.bookkeeping.choices import OPENING_ROLES, RESTRICTIONS
from fund.bookkeeping.imports.choices import DAY_ORDERS, DECIMALS, RECEIPTS
from fund.bookkeeping.imports.columns import NAMES
from fund.bookkeeping.refusals import TEXTS
from fund.giving.choices import OFFLINE_METHODS
from fund.i18n import LANGUAGES, N_
from fund.money import OFFERED, THB
from fund.schemas import (
    REQUIRED,
    Code,
    CommandSchema,
    Day,
    Email,
    Id,
    Satang,
    Text,
    Tick,
    WholeNumber,
)

MANUAL_LINES = range(1, 5)
LONGEST_REASON = 500


class ThbPerUnit(fields.Field[Decimal]):
    """A rate as a person writes it, exact: at most eight decimals, greater than nothing."""

    default_error_messages = {
        "required": REQUIRED,
        "not_a_rate": N_("Please write the rate in figures, such as 36.25."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        text = str(value).strip()
        if not text:
            raise self.make_error("required")
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,8})?", text) or not Decimal(text):
            raise self.make_error("not_a_rate")
        return Decimal(text)


class RateSchema(CommandSchema):
    """A rate of a day."""

    currency = Code([code for code in OFFERED if code != THB], required=True)
    valid_on = Day(required=True)
    thb_per_unit = ThbPerUnit(required=True)
    source = Text(required=True, longest=200)


class FundSchema(CommandSchema):
    """What may change of a fund."""

    name_en = Text(required=True, longest=80)
    name_th = Text(required=True, longest=80)
    gift_cap = Satang(load_default=None)
    target = Satang(load_default=None)
    reserve_days = WholeNumber(
        required=True,
        validate=validate.Range(max=365, error=N_("Please write a number of days up to 365.")),
    )


class FundOpenSchema(FundSchema):
    """A new fund."""

    code = Text(
        required=True,
        longest=20,
        validate=validate.Regexp(
            r"^[a-z][a-z0-9-]{1,19}$",
            error=N_("Please use 2 to 20 small letters and figures, beginning with a letter."),
        ),
    )
    restriction = Code(RESTRICTIONS, required=True)


class FundChangeSchema(FundSchema):
    version = WholeNumber(required=True)


class FundCloseSchema(CommandSchema):
    version = WholeNumber(required=True)


class GiftSchema(CommandSchema):
    """A gift that came past the give page."""

    office = Text(required=True, longest=20)
    fund = Text(required=True, longest=20)
    method = Code(OFFLINE_METHODS, required=True)
    amount = Text(required=True, longest=20)
    received_on = Day(required=True)
    reference = Text(required=True, longest=60)
    email = Email(is_optional=True, load_default="")
    name = Text(longest=200, load_default="")
    language = Code(LANGUAGES, required=True)
    tax_id = Text(longest=20, load_default="")
    is_bank_reported = Tick()


class ImportUploadSchema(CommandSchema):
    """Whose gifts a list tells of."""

    office = Text(required=True, longest=20)


class _ImportColumnsBase(CommandSchema):
    day_order = Code(DAY_ORDERS, required=True)
    decimal = Code(DECIMALS, required=True)
    usual_fund = Text(load_default="", longest=20)
    usual_method = Code(OFFLINE_METHODS, required=True)
    usual_language = Code(LANGUAGES, required=True)

    @validates_schema
    def _complete(self, data: dict[str, Any], **_: Any) -> None:
        if not data.get("day") or not data.get("amount"):
            raise ValidationError(TEXTS["import_columns_incomplete"])


# Which column of a list says what, see `imports.columns.Columns`.
ImportColumnsSchema = _ImportColumnsBase.from_dict(
    {name: Text(load_default="", longest=200) for name in NAMES}, name="ImportColumnsSchema"
)


class ImportAlikeSchema(CommandSchema):
    """Of the rows that look like gifts that are here, those to record all the same."""

    taken = fields.List(WholeNumber(), load_default=list)


class ImportRecordSchema(CommandSchema):
    """Which reading was seen, and whether receipts were given elsewhere."""

    seen = Text(required=True, longest=64)
    receipts = Code(RECEIPTS, required=True)


class ImportUndoSchema(CommandSchema):
    reason = Text(required=True, longest=LONGEST_REASON)


class ImportUndoneSchema(CommandSchema):
    """Which proposals were seen."""

    seen = Text(required=True, longest=64)


class ImportKeepSchema(CommandSchema):
    decline_reason = Text(longest=LONGEST_REASON, load_default="")


class EntrySchema(CommandSchema):
    """What every proposal says; a reversal says nothing more."""

    effective_on = Day(required=True)
    reason = Text(required=True, longest=LONGEST_REASON)


class MovementSchema(EntrySchema):
    """Money of one fund at one office's bank."""

    fund_id = Id(required=True)
    office_id = Id(required=True)
    amount = Text(required=True, longest=20)


class OpeningBalanceSchema(MovementSchema):
    role = Code(OPENING_ROLES, required=True)


class OpeningAwardSchema(EntrySchema):
    fund_id = Id(required=True)
    amount = Text(required=True, longest=20)


class AwardPaymentSchema(EntrySchema):
    office_id = Id(required=True)
    amount = Text(required=True, longest=20)


class TransferSchema(EntrySchema):
    from_fund_id = Id(required=True)
    to_fund_id = Id(required=True)
    office_id = Id(required=True)
    amount = Text(required=True, longest=20)


class ExchangeSchema(EntrySchema):
    fund_id = Id(required=True)
    from_office_id = Id(required=True)
    given = Text(required=True, longest=20)
    to_office_id = Id(required=True)
    taken = Text(required=True, longest=20)


def _lines() -> dict[str, fields.Field[Any]]:
    """`debit_1`, `credit_1`, `amount_1` and so on: accounts by id, and a typed amount."""
    return {
        f"{name}_{place}": Text(load_default="", longest=20)
        if name == "amount"
        else Id(load_default=None)
        for place in MANUAL_LINES
        for name in ("debit", "credit", "amount")
    }


ManualSchema = EntrySchema.from_dict(_lines(), name="ManualSchema")

SCHEMAS: dict[str, type[Any]] = {
    "manual": ManualSchema,
    "reversal": EntrySchema,
    "transfer": TransferSchema,
    "exchange": ExchangeSchema,
    "opening_balance": OpeningBalanceSchema,
    "opening_award": OpeningAwardSchema,
    "award_payment": AwardPaymentSchema,
    "award_freeing": EntrySchema,
    **dict.fromkeys(
        ("bank_charge", "interest", "tax_withheld", "tax_on_fees", "tax_remitted"), MovementSchema
    ),
}


class BookSchema(CommandSchema):
    """Which content was seen when it was approved."""

    content_sha256 = Text(required=True, longest=64)


class DeclineSchema(CommandSchema):
    decline_reason = Text(required=True, longest=LONGEST_REASON)


class PeriodSchema(CommandSchema):
    """The next period, by its last day."""

    last_on = Day(required=True)


class ClosingSchema(CommandSchema):
    """`seen` names the list of what is open that the page showed."""

    reason = Text(longest=2000, load_default="")
    seen = Text(longest=64, load_default="")
