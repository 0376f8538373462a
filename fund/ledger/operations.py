"""Every write to the books goes through here, and from here through a function of the database."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import ColumnElement, Function, Uuid, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import (
    CommitmentFreed,
    CommitmentLiquidated,
    FundOpened,
    FundsReserved,
    FundsReservedAgain,
    JournalPosted,
    OfficeOpened,
    instant,
)
from fund.errors import Refused
from fund.ids import new_id
from fund.ledger import queries
from fund.ledger.journals import JournalDraft
from fund.ledger.models import Commitment
from fund.money import THB, baht
from fund.permissions import Actor

# What the database's own rules are called when they refuse.
_STATES = {
    "LF002": "period_closed",
    "LF003": "journal_empty",
    "LF004": "account_closed",
    "LF005": "fund_closed",
    "LF006": "journal_key_reused",
    "LF007": "commitment_cause_reused",
    "LF008": "more_than_committed",
}
_CONSTRAINTS = {
    "ck_transfer_amount": "amount_not_positive",
    "ck_commitment_event_amount": "amount_not_positive",
    "ck_transfer_accounts": "same_account",
    "fk_transfer_debit_account_id_fund_id_currency": "wrong_fund_or_currency",
    "fk_transfer_credit_account_id_fund_id_currency": "wrong_fund_or_currency",
    "uq_journal_reverses_id": "already_reversed",
    "uq_commitment_award_id": "already_reserved",
    "uq_office_code": "office_code_taken",
    "uq_office_stripe_account_id": "stripe_account_taken",
    "uq_office_receipt_prefix": "receipt_prefix_taken",
    "uq_fund_code": "fund_code_taken",
}


def post(
    session: Session, drafts: Sequence[JournalDraft], *, actor: Actor, now: datetime
) -> list[UUID]:
    """Book the drafts in one statement; their ids, in order.

    A draft that was booked before is not booked again: its first id is returned. A command calls
    this at most once, after whatever it does to commitments (locks go in one order).

    Raises Refused: `journal_key_reused` (the key was booked with another content),
    `period_closed`, `fund_closed`, `account_closed`, `wrong_fund_or_currency`,
    `already_reversed`. The transaction cannot go on after it.
    """
    if not drafts:
        return []
    rows = [_row(session, draft, actor, now) for draft in drafts]
    return list(_call(session, func.ledger.post_journals(_json(rows))))


def _row(session: Session, draft: JournalDraft, actor: Actor, now: datetime) -> dict[str, Any]:
    journal_id = new_id()
    recorded_at = instant(now)
    rows_sha256 = draft.rows_sha256(journal_id, actor=actor.label, recorded_at=recorded_at)
    posted = JournalPosted(
        journal_id,
        kind=draft.kind,
        effective_on=draft.effective_on,
        source=draft.source,
        key=draft.key,
        rows_sha256=rows_sha256.hex(),
        reverses_id=draft.reverses_id,
    )
    event = audit.prepare(session, posted, actor=actor, now=now)
    return {
        "id": journal_id,
        "kind": draft.kind,
        "effective_on": draft.effective_on,
        "recorded_at": recorded_at,
        "source": draft.source,
        "idempotency_key": draft.key,
        "request_sha256": draft.request_sha256(),
        "reverses_id": draft.reverses_id,
        "concerns": draft.concerns,
        "actor": actor.label,
        "transfers": [
            {"debit": entry.debit.id, "credit": entry.credit.id, "amount": entry.amount_minor}
            for entry in draft.entries
        ],
        "event": event,
    }


# --- Commitments ------------------------------------------------------------------------------


def lock_funds(session: Session, fund_ids: Iterable[UUID]) -> None:
    """Take the funds' guards in the one order; first, if a command touches several funds."""
    funds = literal(sorted(set(fund_ids)), ARRAY(Uuid()))
    _call(session, func.ledger.lock_funds(funds, THB))


def reserve(
    session: Session,
    *,
    fund_id: UUID,
    award_id: UUID,
    amount_minor: int,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Hold `amount_minor` THB of the fund for the award; the commitment's id.

    Raises Refused: `not_enough_available` with `short`, `fund_closed`, `already_reserved`.
    """
    commitment_id = new_id()
    short: int = _call(
        session,
        func.ledger.reserve(
            commitment_id,
            award_id,
            fund_id,
            THB,
            amount_minor,
            queries.young_since(now),
            actor.label,
            now,
        ),
    )
    if short:
        raise Refused("not_enough_available", short=baht(short))
    reserved = FundsReserved(
        award_id, commitment_id=commitment_id, fund_id=fund_id, amount_minor=amount_minor
    )
    audit.record(session, reserved, actor=actor, now=now)
    return commitment_id


def liquidate(
    session: Session,
    commitment_id: UUID,
    amount_minor: int,
    *,
    cause: str,
    actor: Actor,
    now: datetime,
) -> None:
    """A payment leaves: that part is no longer held. `cause` names the payment and counts once.

    Raises Refused: `more_than_committed`, `commitment_cause_reused`.
    """
    if _change(session, commitment_id, "liquidate", amount_minor, cause, actor, now):
        award_id = _award_of(session, commitment_id)
        liquidated = CommitmentLiquidated(award_id, commitment_id, amount_minor, cause)
        audit.record(session, liquidated, actor=actor, now=now)


def reserve_again(
    session: Session,
    commitment_id: UUID,
    amount_minor: int,
    *,
    cause: str,
    actor: Actor,
    now: datetime,
) -> None:
    """A payment came back: what it liquidated is held once more, whatever the fund has by now.

    Raises Refused: `more_than_committed` (more than left), `commitment_cause_reused`.
    """
    if _change(session, commitment_id, "reserve", amount_minor, cause, actor, now):
        award_id = _award_of(session, commitment_id)
        reserved = FundsReservedAgain(award_id, commitment_id, amount_minor, cause)
        audit.record(session, reserved, actor=actor, now=now)


def free(session: Session, commitment_id: UUID, *, actor: Actor, now: datetime) -> None:
    """The award ends: what is left of its commitment becomes available. Safe to repeat."""
    freed_minor = _change(session, commitment_id, "free", None, "closed", actor, now)
    if freed_minor:
        freed = CommitmentFreed(_award_of(session, commitment_id), commitment_id, freed_minor)
        audit.record(session, freed, actor=actor, now=now)


def _change(
    session: Session,
    commitment_id: UUID,
    kind: str,
    amount_minor: int | None,
    cause: str,
    actor: Actor,
    now: datetime,
) -> int:
    changed: int = _call(
        session,
        func.ledger.change_commitment(commitment_id, kind, amount_minor, cause, actor.label, now),
    )
    return changed


def _award_of(session: Session, commitment_id: UUID) -> UUID:
    return session.get_one(Commitment, commitment_id).award_id


# --- Offices and funds ------------------------------------------------------------------------


def open_office(
    session: Session,
    *,
    code: str,
    legal_name: str,
    country: str,
    currency: str,
    timezone: str,
    address: str,
    tax_ids: dict[str, str],
    stripe_account_id: str | None,
    receipt_kind: str,
    methods: Sequence[str],
    receipt_prefix: str,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Open a receiving office, with accounts for every fund in its currency; its id.

    Raises Refused: `office_code_taken`, `stripe_account_taken`, `receipt_prefix_taken`.
    """
    office_id = new_id()
    row = {
        "id": office_id,
        "code": code,
        "legal_name": legal_name,
        "country": country,
        "currency": currency,
        "timezone": timezone,
        "address": address,
        "tax_ids": tax_ids,
        "stripe_account_id": stripe_account_id,
        "methods": list(methods),
        "receipt_kind": receipt_kind,
        "receipt_prefix": receipt_prefix,
        "opened_at": now,
    }
    _call(session, func.ledger.open_office(_json(row)))
    opened = OfficeOpened(office_id, code=code, country=country, currency=currency)
    audit.record(session, opened, actor=actor, now=now)
    return office_id


def open_fund(
    session: Session,
    *,
    code: str,
    name_en: str,
    name_th: str,
    restriction: str = "none",
    purpose: str | None = None,
    gift_cap_minor: int | None = None,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Open a fund, with its accounts at every office; its id. `gift_cap_minor` is in THB.

    Raises Refused: `fund_code_taken`.
    """
    fund_id = new_id()
    row = {
        "id": fund_id,
        "code": code,
        "name_en": name_en,
        "name_th": name_th,
        "restriction": restriction,
        "purpose": purpose,
        "gift_cap_minor": gift_cap_minor,
        "opened_at": now,
    }
    _call(session, func.ledger.open_fund(_json(row)))
    opened = FundOpened(fund_id, code=code, restriction=restriction, purpose=purpose)
    audit.record(session, opened, actor=actor, now=now)
    return fund_id


# --- The database's functions -----------------------------------------------------------------


def _json(value: object) -> ColumnElement[Any]:
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


def _call(session: Session, function: Function[Any]) -> Any:
    """The function's answer. Raises Refused where a rule of the database refuses."""
    try:
        return session.scalar(select(function))
    except DBAPIError as error:
        code = _refusal(error)
        if code is None:
            raise
        raise Refused(code)


def _refusal(error: DBAPIError) -> str | None:
    if not isinstance(error.orig, psycopg.Error):
        return None
    constraint = error.orig.diag.constraint_name or ""
    return _STATES.get(error.orig.sqlstate or "") or _CONSTRAINTS.get(constraint)
