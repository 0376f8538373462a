"""What the forms of this room take in."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from marshmallow import ValidationError, fields, post_load

from fund.applications.drafts import Draft, LineDraft, SupportDraft, Texts
from fund.applications.models import (
    GUARDIAN_REASONS,
    KINDS,
    LINE_KINDS,
    PAYEE_KINDS,
    STANDINGS,
    SUPPORT_SOURCES,
)
from fund.i18n import N_
from fund.money import THB, BadAmount, parse_money
from fund.schemas import AMOUNT_TEXTS, CHOOSE, Code, CommandSchema, Text, WholeNumber
from fund.survivors.choices import DOCUMENT_CLASSES

MOST_ROWS = 40
Row = TypeVar("Row")
Parse = Callable[[str], object]


class StartSchema(CommandSchema):
    """A new draft: for whom and what kind."""

    case_code = Text(required=True, longest=20)
    kind = Code(KINDS, required=True)


class PaperSchema(CommandSchema):
    """What a paper is; the file comes beside it."""

    document_class = Code(DOCUMENT_CLASSES, required=True)


class VersionSchema(CommandSchema):
    """A button that does something to what the person last saw."""

    version = WholeNumber(required=True)


def _column() -> fields.List[str]:
    return fields.List(fields.String(), load_default=list)


class DraftSchema(CommandSchema):
    """The draft form: texts may be unfinished, rows come as columns of equal length.

    Errors in rows are keyed `line-<n>-<what>` and `support-<n>-<what>`. `remove` takes a row away:
    `line-<n>` or `support-<n>`.
    """

    version = WholeNumber(required=True)
    aim = Text(longest=120, load_default="")
    need = Text(longest=5000, load_default="")
    plan = Text(longest=5000, load_default="")
    safety = Text(longest=5000, load_default="")
    line_kind = _column()
    line_payee = _column()
    line_reason = _column()
    line_amount = _column()
    line_month = _column()
    support_source = _column()
    support_kind = _column()
    support_standing = _column()
    support_amount = _column()
    remove = Text(longest=20, load_default="")

    @post_load
    def make_draft(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        errors: dict[str, list[str]] = {}
        lines = _rows(data, "line", LINE, LineDraft, errors)
        supports = _rows(data, "support", SUPPORT, SupportDraft, errors)
        if errors:
            raise ValidationError(errors)
        texts = Texts(data["aim"], data["need"], data["plan"], data["safety"])
        return {"version": data["version"], "draft": Draft(texts, lines, supports)}


def _choice(choices: Mapping[str, str]) -> Parse:
    def parse(value: str) -> str:
        if value not in choices:
            raise ValueError(CHOOSE)
        return value

    return parse


def _amount(value: str) -> int:
    try:
        money = parse_money(value, THB)
    except BadAmount as fault:
        raise ValueError(AMOUNT_TEXTS[fault.code])
    if not 0 < money.amount_minor < 10**11:
        raise ValueError(N_("Please write an amount above zero."))
    return money.amount_minor


def _month(value: str) -> date:
    try:
        return date.fromisoformat(f"{value}-01")
    except ValueError:
        raise ValueError(N_("Please choose a month."))


# Column -> (attribute of the row, how to read it).
LINE: dict[str, tuple[str, Parse]] = {
    "kind": ("line_kind", _choice(LINE_KINDS)),
    "payee": ("payee_kind", _choice(PAYEE_KINDS)),
    "reason": ("guardian_reason", _choice(GUARDIAN_REASONS)),
    "amount": ("amount_minor", _amount),
    "month": ("due_month", _month),
}
SUPPORT: dict[str, tuple[str, Parse]] = {
    "source": ("source", _choice(SUPPORT_SOURCES)),
    "kind": ("line_kind", _choice(LINE_KINDS)),
    "standing": ("standing", _choice(STANDINGS)),
    "amount": ("amount_minor", _amount),
}


def _rows(
    data: Mapping[str, Any],
    prefix: str,
    columns: Mapping[str, tuple[str, Parse]],
    make: Callable[..., Row],
    errors: dict[str, list[str]],
) -> list[Row]:
    """The rows that hold anything; what cannot be read is noted in `errors`."""
    rows = []
    length = max(len(data[f"{prefix}_{name}"]) for name in columns)
    if length > MOST_ROWS:
        errors["_schema"] = [N_("Please put similar costs together: there are too many lines.")]
    for place in range(min(length, MOST_ROWS)):
        row: dict[str, Any] = {}
        if data["remove"] == f"{prefix}-{place}":
            continue
        for name, (attribute, parse) in columns.items():
            typed = data[f"{prefix}_{name}"][place : place + 1]
            text = typed[0].strip() if typed else ""
            try:
                row[attribute] = parse(text) if text else None
            except ValueError as fault:
                errors[f"{prefix}-{place}-{name}"] = [str(fault)]
        if row.get("guardian_reason") and row.get("payee_kind") != "guardian":
            row["guardian_reason"] = None  # the field shows for every payee, and counts for one
        if any(value is not None for value in row.values()):
            rows.append(make(**row))
    return rows
