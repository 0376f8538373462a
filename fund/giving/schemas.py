"""What the give page sends."""

from typing import Any

from marshmallow import ValidationError, post_load, validate, validates_schema

from fund.giving import orders
from fund.giving.choices import (
    BREAKER_LEVELS,
    CHANGE_NAMES,
    DEDICATIONS,
    ERASURE_REASONS,
    FREQUENCIES,
    RECEIPT_KIND_NAMES,
    SIDES,
    STRIPE_METHOD_NAMES,
)
from fund.giving.countries import COUNTRIES
from fund.giving.offices import CHECKOUT, ONCE, PROMPTPAY
from fund.i18n import LANGUAGES, N_
from fund.money import OFFERED, BadAmount, Money, parse_money
from fund.schemas import (
    AMOUNT_TEXTS,
    CHOOSE,
    REQUIRED,
    Code,
    CommandSchema,
    Email,
    Satang,
    Text,
    Tick,
    WholeNumber,
)

OTHER = "other"


class PlainName(Text):
    """A person's name, for a mail to somebody else: nothing that a mail program makes a link of."""

    def __init__(self, **options: Any) -> None:
        text = N_("Please write a name only.")
        super().__init__(
            longest=80, validate=validate.Regexp(r"[^@/:\n]*\Z", error=text), **options
        )


class GiveSchema(CommandSchema):
    """A gift to be paid, on Stripe's page or by PromptPay.

    `choice` is an amount on offer, written `NZD:7500`, or `other` with the figure in `amount`. It
    names its currency, so that nobody is charged 75 of another one than they saw. `office`, and the
    frequency `amounts_for` which amounts were on offer, are what was shown, in the same spirit.
    """

    frequency = Code(FREQUENCIES, load_default=ONCE)
    currency = Code(OFFERED, required=True)
    amounts_for = Code(["", *FREQUENCIES], load_default="")
    choice = Text(longest=40, load_default="")
    amount = Text(longest=40, load_default="")
    fund = Text(longest=40, required=True)
    email = Email(required=True)
    name = Text(longest=200, load_default="")
    country = Code(["", *COUNTRIES], load_default="")
    wants_tax_receipt = Tick()
    tax_id = Text(longest=40, load_default="")
    office = Text(longest=40, load_default="")
    method = Code(["", CHECKOUT, PROMPTPAY], load_default="")
    covers_fee = Tick()
    newsletter = Tick()
    total = Text(longest=40, load_default="")
    company = Text(longest=200, load_default="")
    note = Text(longest=500, load_default="")
    named = Tick()
    dedication = Code(["", *DEDICATIONS], load_default="")
    honoured = PlainName(load_default="")
    told_name = PlainName(load_default="")
    told_email = Email(load_default="", is_optional=True)

    @validates_schema(skip_on_field_errors=False)
    def check_amount(self, data: dict[str, Any], **_: Any) -> None:
        if "currency" in data:
            _amount(data["currency"], data.get("choice", ""), data.get("amount", ""))
        seen = data.get("amounts_for") or data.get("frequency")
        if data.get("choice", "") not in ("", OTHER) and seen != data.get("frequency"):
            text = N_("Other amounts go with how often you give. Please choose one.")
            raise ValidationError(text, "amount")

    @validates_schema
    def check_country(self, data: dict[str, Any], **_: Any) -> None:
        if data["wants_tax_receipt"] and not data["country"]:
            raise ValidationError(
                N_("Please choose the country where you would use the receipt."), "country"
            )

    @validates_schema
    def check_dedication(self, data: dict[str, Any], **_: Any) -> None:
        asked = {
            "honoured": data["dedication"] or data["told_email"],
            "dedication": data["honoured"],
            "told_name": data["told_email"],
            "told_email": data["told_name"],
        }
        missing = {name: [REQUIRED] for name, cause in asked.items() if cause and not data[name]}
        if missing:
            raise ValidationError(missing)

    @post_load
    def read_order(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        amount = _amount(data["currency"], data["choice"], data["amount"])
        dedication = orders.Dedication(
            data["dedication"], data["honoured"], data["told_name"], data["told_email"]
        )
        order = orders.Order(
            country=data["country"] or None,
            wants_tax_receipt=data["wants_tax_receipt"],
            tax_id=data["tax_id"],
            method=data["method"] or None,
            office_code=data["office"] or None,
            covers_fee=data["covers_fee"],
            total=_shown(data["total"]),
            company=data["company"],
            note=data["note"],
            is_anonymous=not data["named"],
            dedication=dedication if data["dedication"] else None,
        )
        return data | {"amount": amount, "order": order}


def _shown(text: str) -> Money | None:
    """A total as the page keeps it, `NZD:7808`; None if it showed none."""
    currency, _, minor = text.partition(":")
    if currency in OFFERED and minor.isascii() and minor.isdigit():
        return Money(int(minor), currency)
    return None


class PlanChangeSchema(CommandSchema):
    """What is changed of a regular gift; `amount` is read in the plan's own currency. `only`: of
    two for one fund, keep this one. `way`: another kind of plan, such as `year:card`."""

    kind = Code([*CHANGE_NAMES, "only", "way"], required=True)
    way = Text(longest=40, load_default="")
    amount = Text(longest=40, load_default="")
    day = Code(["", *map(str, range(1, 29))], load_default="")
    fund = Text(longest=40, load_default="")


class LinkSchema(CommandSchema):
    """Where to send a link to the donor's own pages."""

    email = Email(required=True)


class LanguageSchema(CommandSchema):
    """In which language to write to the donor."""

    language = Code(LANGUAGES, required=True)


class FrameSchema(CommandSchema):
    """A site that may show the small give page."""

    origin = Text(longest=200, required=True)


class CloseCampaignSchema(CommandSchema):
    version = WholeNumber(required=True)


class WaysSchema(CommandSchema):
    """How an office can be paid; `version` names the terms in view."""

    card = Tick()
    link = Tick()
    promptpay = Tick()
    matching_days = WholeNumber(
        required=True,
        validate=validate.Range(0, 14, error=N_("Please write a number of days up to 14.")),
    )
    version = Text(longest=40, load_default="")

    @post_load
    def list_methods(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        methods = [name for name in STRIPE_METHOD_NAMES if data.pop(name)]
        return data | {"stripe_methods": methods}


class BillerSchema(CommandSchema):
    """The bank that a PromptPay QR code is to lead to, as the bank's own letter writes it."""

    biller_id = Text(longest=20, required=True)
    merchant_name = Text(longest=25, required=True)
    merchant_city = Text(longest=15, required=True)


class _CampaignWords(CommandSchema):
    title_en = Text(longest=100, required=True)
    title_th = Text(longest=100, required=True)
    text_en = Text(longest=1000, required=True)
    text_th = Text(longest=1000, required=True)
    target = Satang(required=True)


class OpenCampaignSchema(_CampaignWords):
    """A campaign's address, for good, and what its page says."""

    slug = Text(
        longest=40,
        required=True,
        validate=validate.Regexp(
            r"(?!embed\Z)[a-z0-9][a-z0-9-]{1,39}\Z",
            error=N_("Please use 2 to 40 small letters, figures and dashes."),
        ),
    )
    fund = Text(longest=40, required=True)


class CampaignSchema(_CampaignWords):
    """What a campaign's page says from now on; `version` is that of the page in view."""

    version = WholeNumber(required=True)


class TermsSchema(CommandSchema):
    """What tax receipts an office gives, and who signs them; `version` names the terms in view."""

    receipt_kind = Code(RECEIPT_KIND_NAMES, required=True)
    signatory_name = Text(longest=100, load_default=None)
    signatory_title = Text(longest=100, load_default=None)
    version = Text(longest=40, load_default="")


class BreakerSchema(CommandSchema):
    """What an office's breaker is to ask from now on, and why."""

    level = WholeNumber(required=True, validate=validate.OneOf(list(BREAKER_LEVELS), error=CHOOSE))
    note = Text(longest=500, required=True)


def _amount(currency: str, choice: str, typed: str) -> Money:
    if choice in ("", OTHER):
        if not typed:
            text = REQUIRED if choice else N_("Please choose an amount.")
            raise ValidationError(text, "amount")
        try:
            return parse_money(typed, currency)
        except BadAmount as fault:
            raise ValidationError(AMOUNT_TEXTS[fault.code], "amount")
    shown_in, _, minor = choice.partition(":")
    if shown_in != currency:
        text = N_("These are the amounts in the currency you chose. Please choose one.")
        raise ValidationError(text, "amount")
    if not (minor.isascii() and minor.isdigit() and len(minor) < 12):
        raise ValidationError(N_("Please choose an amount."), "amount")
    return Money(int(minor), currency)


class TwoDonorsSchema(CommandSchema):
    """Two donors by the addresses that they give with."""

    email = Email(required=True)
    other_email = Email(required=True)


class MergeSchema(CommandSchema):
    """Of which of two records address, name and language stay."""

    email = Code(SIDES, required=True)
    name = Code(SIDES, required=True)
    language = Code(SIDES, required=True)


class ErasureSchema(CommandSchema):
    """What is decided about a donor who asks to be forgotten; `reason` only if they are not."""

    decision = Code(("grant", "refuse"), required=True)
    reason = Code(["", *ERASURE_REASONS], load_default="")

    @validates_schema
    def check_reason(self, data: dict[str, Any], **_: Any) -> None:
        if data["decision"] == "refuse" and not data["reason"]:
            raise ValidationError(REQUIRED, "reason")
