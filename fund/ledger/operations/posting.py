"""Posting: journals with their balances and their events, in one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import check_plain
from fund.ids import new_id
from fund.ledger.journals import JournalDraft
from fund.ledger.operations.calling import as_json, call
from fund.permissions import Actor


def post(
    session: Session, drafts: Sequence[JournalDraft], *, actor: Actor, now: datetime
) -> list[UUID]:
    """Book the drafts in one statement; their ids, in order.

    A draft that was booked before is not booked again: its first id is returned. A draft that may
    move is booked on the first open day if its own is closed. A command calls this at most once,
    after whatever it does to commitments (locks go in one order).

    Raises Refused: `journal_key_reused` (the key was booked with another content),
    `period_closed`, `fund_closed`, `account_closed`, `wrong_fund_or_currency`,
    `already_reversed`. The transaction cannot go on after it.
    """
    if not drafts:
        return []
    rows = as_json([_row(draft) for draft in drafts])
    return list(call(session, func.ledger.post_journals(rows, actor.label, now)))


def _row(draft: JournalDraft) -> dict[str, Any]:
    for name in ("kind", "source", "key"):  # its event shows them to every auditor
        check_plain(name, getattr(draft, name))
    event_id = new_id()
    return {
        "id": new_id(),
        "kind": draft.kind,
        "occurred_on": draft.effective_on,
        "may_move": draft.may_move,
        "source": draft.source,
        "key": draft.key,
        "reverses_id": draft.reverses_id,
        "concerns": draft.concerns,
        "transfers": [
            [entry.debit.id, entry.credit.id, entry.amount_minor] for entry in draft.entries
        ],
        "event_id": event_id,
        "payload_commit": audit.bare_commitment(event_id),
    }
