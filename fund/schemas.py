"""What every command's schema shares. Messages are msgids; `web.load_form` translates them."""

import re
from collections.abc import Iterable
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from fund.clock import is_counted
from fund.i18n import N_
from fund.money import THB, BadAmount, parse_money

REQUIRED = N_("Please fill this in.")
NOT_TEXT = N_("Please write this as plain text.")
NOT_A_DAY = N_("Please write a day, such as 2026-11-24.")
CHOOSE = N_("Please choose one of the answers offered.")
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
    """A calendar day, as a browser's date field sends it (2026-11-24)."""

    default_error_messages = {
        "required": REQUIRED,
        "null": REQUIRED,
        **dict.fromkeys(("invalid", "format", "invalid_type", "invalid_awareness"), NOT_A_DAY),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        day = super()._deserialize(value, attr, data, **kwargs)
        if not is_counted(day):
            raise self.make_error("invalid", input=value, obj_type="date")
        return day


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


class Satang(fields.Field[int | None]):
    """An amount in baht, as satang; empty is None."""

    default_error_messages = {"required": REQUIRED, "null": REQUIRED, **AMOUNT_TEXTS}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | None:
        if value == "":
            if self.required:
                raise self.make_error("required")
            return None
        try:
            satang = parse_money(str(value), THB).amount_minor
        except BadAmount as fault:
            raise self.make_error(fault.code)
        if satang == 0:
            raise self.make_error("not_an_amount")
        return satang


class Code(fields.String):
    """One of a closed list of codes; the message does not repeat what was sent."""

    default_error_messages = dict.fromkeys(("required", "null", "invalid", "invalid_utf8"), CHOOSE)

    def __init__(self, codes: Iterable[str], **options: Any) -> None:
        super().__init__(validate=validate.OneOf(list(codes), error=CHOOSE), **options)


class Tick(fields.Boolean):
    """A box that is ticked or not."""

    default_error_messages = {"invalid": CHOOSE}

    def __init__(self) -> None:
        super().__init__(load_default=False)


class Id(fields.UUID):
    """The id of something chosen from a list; nothing chosen is None."""

    default_error_messages = {"required": CHOOSE, "null": CHOOSE, "invalid_uuid": CHOOSE}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value == "" and not self.required:
            return None
        return super()._deserialize(value, attr, data, **kwargs)


class Email(Text):
    """An e-mail address; that its owner answers is the proof, not its form."""

    def __init__(self, *, is_optional: bool = False, **options: Any) -> None:
        text = N_("Please write an e-mail address, such as name@example.org.")
        check: validate.Validator = validate.Email(error=text)
        if is_optional:
            check = _EmptyOr(check)
        super().__init__(longest=254, validate=check, **options)


class _EmptyOr(validate.Validator):
    """Nothing at all, or what `check` takes."""

    def __init__(self, check: validate.Validator) -> None:
        self._check = check
        self.error = getattr(check, "error", None)

    def __call__(self, value: str) -> str:
        return self._check(value) if value else value


def _as_list(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]
