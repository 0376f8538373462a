"""Posting: journals with their balances and their events, in one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import JournalPosted, instant
from fund.ids import new_id
from fund.ledger.journals import JournalDraft
from fund.ledger.operations.calling import as_json, call
from fund.permissions import Actor


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
    return list(call(session, func.ledger.post_journals(as_json(rows))))


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
