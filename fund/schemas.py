"""What every command's schema shares. Messages are msgids; `web.load_form` translates them."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from fund.i18n import N_
from fund.money import CURRENCIES, BadAmount, Money, parse_money

REQUIRED = N_("Please fill this in.")
NOT_TEXT = N_("Please write this as plain text.")
AMOUNT_TEXTS = {
    "not_an_amount": N_("Please write an amount in figures, such as 1500."),
    "too_many_decimals": N_("This currency does not have that many decimals."),
    "unknown_currency": N_("Please choose one of the currencies."),
}


# Line ends and tabs are text; the others nobody types, and PostgreSQL keeps no zero byte.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class CommandSchema(Schema):
    """One command's input, from a form or from JSON; what it does not know it leaves out."""

    class Meta:
        unknown = EXCLUDE


class Text(fields.String):
    """A line or paragraph that a person typed, trimmed; empty counts as missing."""

    default_error_messages = {
        "required": REQUIRED,
        "null": REQUIRED,
        "invalid": NOT_TEXT,
        "invalid_utf8": NOT_TEXT,
    }

    def __init__(self, *, longest: int = 2000, **options: Any) -> None:
        limit = validate.Length(max=longest, error=N_("This is too long."))
        options["validate"] = [limit, *_as_list(options.get("validate"))]
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        trimmed = super()._deserialize(value, attr, data, **kwargs).strip()
        if _CONTROLS.search(trimmed):
            raise self.make_error("invalid")
        if not trimmed and self.required:
            raise self.make_error("required")
        return trimmed


class Day(fields.Date):
    """A calendar day, as a date field sends it (2026-11-24)."""

    default_error_messages = {
        "required": REQUIRED,
        "null": REQUIRED,
        "invalid": N_("Please give a day."),
        "format": N_("Please give a day."),
    }


class WholeNumber(fields.Field[int]):
    """Digits or an integer, and nothing else: marshmallow's own field would cut 1.5 to 1."""

    default_error_messages = {
        "required": REQUIRED,
        "null": REQUIRED,
        "invalid": N_("Please write a whole number."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if type(value) is int:
            return value
        if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
            return int(value.strip()) if len(value) <= 18 else self._fail()
        return self._fail()

    def _fail(self) -> int:
        raise self.make_error("invalid")


class MoneyField(fields.Field[Money]):
    """An amount as a person writes it, in a fixed currency or in that of another field."""

    default_error_messages = {"required": REQUIRED, "null": REQUIRED}

    def __init__(
        self, *, currency: str | None = None, currency_field: str = "currency", **options: Any
    ) -> None:
        super().__init__(**options)
        self.currency, self.currency_field = currency, currency_field

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Money:
        if not str(value).strip():
            raise self.make_error("required")
        currency = self.currency or str((data or {}).get(self.currency_field, ""))
        try:
            return parse_money(str(value), currency)
        except BadAmount as fault:
            if fault.code == "unknown_currency" and self.currency is None:
                raise ValidationError(AMOUNT_TEXTS[fault.code], self.currency_field)
            raise ValidationError(AMOUNT_TEXTS[fault.code])


def one_of(choices: Any) -> validate.OneOf:
    """Only one of `choices`; the message does not repeat what was sent."""
    return validate.OneOf(list(choices), error=N_("Please choose one of the answers offered."))


CURRENCY_CHOICE = one_of(CURRENCIES)


def _as_list(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]
