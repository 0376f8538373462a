"""Posting: journals with their balances and their events, in one statement."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import check_plain
from fund.ids import new_id
from fund.ledger.journals import JournalDraft
from fund.ledger.operations.calling import refusing
from fund.permissions import Actor

_POST = f"SELECT ledger.post_journals({', '.join(['%s'] * 16)})"


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
    order = sorted(range(len(drafts)), key=lambda n: (drafts[n].source, drafts[n].key))
    columns = _columns([drafts[n] for n in order])
    with refusing():
        # Past SQLAlchemy's expressions, which would take longer to build than to run.
        answer = session.connection().exec_driver_sql(_POST, (actor.label, now, *columns))
    ids: dict[int, UUID] = dict(zip(order, answer.scalar_one(), strict=True))
    return [ids[n] for n in range(len(drafts))]


def _columns(drafts: Sequence[JournalDraft]) -> tuple[str | None, ...]:
    """The arrays that `ledger.post_journals` takes, as PostgreSQL writes them."""
    for draft in drafts:  # its event shows these to every auditor
        for name in ("kind", "source", "key"):
            check_plain(name, getattr(draft, name))
    entries = [entry for draft in drafts for entry in draft.entries]
    event_ids = [new_id() for _ in drafts]
    return (
        _array(new_id() for _ in drafts),
        _array(_quoted(draft.kind) for draft in drafts),
        _array(draft.effective_on for draft in drafts),
        _array(_quoted(draft.source) for draft in drafts),
        _array(_quoted(draft.key) for draft in drafts),
        _array(len(draft.entries) for draft in drafts),
        _array(entry.debit.id for entry in entries),
        _array(entry.credit.id for entry in entries),
        _array(entry.amount_minor for entry in entries),
        _array(event_ids),
        _array(f'"\\\\x{audit.bare_commitment(event_id).hex()}"' for event_id in event_ids),
        _optional(None if draft.concerns is None else _quoted(draft.concerns) for draft in drafts),
        _optional(draft.reverses_id for draft in drafts),
        _optional(draft.may_move or None for draft in drafts),
    )


def _array(items: Iterable[object]) -> str:
    return "{" + ",".join(map(str, items)) + "}"


def _optional(items: Iterable[object]) -> str | None:
    """An array of what most journals lack; no array if all of them do."""
    given = list(items)
    if not any(item is not None for item in given):
        return None
    return _array("NULL" if item is None else item for item in given)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
