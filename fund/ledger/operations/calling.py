"""Calls of the database's own functions, and what their refusals are called here."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import psycopg
from sqlalchemy import ColumnElement, Function, cast, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fund.audit.events import instant
from fund.errors import Refused

# What the database's own rules are called when they refuse.
_STATES = {
    "LF002": "period_closed",
    "LF003": "journal_empty",
    "LF004": "account_closed",
    "LF005": "fund_closed",
    "LF006": "journal_key_reused",
    "LF007": "commitment_cause_reused",
    "LF008": "more_than_committed",
    "LF009": "amount_zero",
    "LF010": "amount_negative",
    "LF011": "wrong_fund_or_currency",
    "LF020": "hold_cause_reused",
    "LF021": "period_not_next",
    "LF022": "period_state",
    "LF023": "period_not_over",
    "LF024": "earlier_period_open",
    "LF025": "period_unreconciled",
    "LF026": "period_too_far",
    "55P03": "books_busy",
}
_CONSTRAINTS = {
    "ck_commitment_event_amount": "amount_not_positive",
    "ck_hold_amount": "amount_not_positive",
    "ck_transfer_accounts": "same_account",
    "fk_transfer_debit_account_id_fund_id_currency": "wrong_fund_or_currency",
    "fk_transfer_credit_account_id_fund_id_currency": "wrong_fund_or_currency",
    "uq_journal_reverses_id": "already_reversed",
    "uq_commitment_award_id": "already_reserved",
    "uq_office_code": "office_code_taken",
    "uq_office_stripe_account_id": "stripe_account_taken",
    "uq_office_receipt_prefix": "receipt_prefix_taken",
    "uq_fund_code": "fund_code_taken",
    "fund_holds_money": "fund_holds_money",
    "fund_has_commitments": "fund_has_commitments",
    "fund_has_entries": "fund_has_entries",
    "fund_has_gifts": "fund_has_gifts",
    "fund_has_plans": "fund_has_plans",
    "fund_is_needed": "fund_is_needed",
}
# Of these the database says how many stand in the way.
_COUNTED = frozenset({"fund_has_plans"})
_NO_MORE: Mapping[str, str] = MappingProxyType({})


def as_json(value: object) -> ColumnElement[Any]:
    return cast(literal(json.dumps(value, default=_plain)), JSONB)


def _plain(value: object) -> str:
    match value:
        case bytes():
            return f"\\x{value.hex()}"  # as PostgreSQL reads a bytea
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
    return str(value)


def call(session: Session, function: Function[Any]) -> Any:
    """The function's answer. Raises Refused where a rule of the database refuses."""
    with refusing():
        return session.scalar(select(function))


@contextmanager
def refusing(more: Mapping[str, str] = _NO_MORE) -> Iterator[None]:
    """Raise Refused where a rule of the database refuses; `more`: constraint -> code."""
    try:
        yield
    except DBAPIError as error:
        code = refusal_of(error, more)
        if code is None:
            raise
        detail = error.orig.diag.message_detail if isinstance(error.orig, psycopg.Error) else None
        if code in _COUNTED and detail is not None:
            raise Refused(code, count=int(detail))
        raise Refused(code)


def refusal_of(error: DBAPIError, more: Mapping[str, str] = _NO_MORE) -> str | None:
    """The code of the rule that refused; None if it was something else."""
    if not isinstance(error.orig, psycopg.Error):
        return None
    constraint = error.orig.diag.constraint_name or ""
    return (
        _STATES.get(error.orig.sqlstate or "")
        or _CONSTRAINTS.get(constraint)
        or more.get(constraint)
    )
