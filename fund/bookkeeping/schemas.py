"""What each command of this room takes."""

import re
from decimal import Decimal
from typing import Any

from marshmallow import fields, validate

from fund.bookkeeping.choices import OPENING_ROLES, RESTRICTIONS
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
