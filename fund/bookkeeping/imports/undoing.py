"""A recorded list taken back whole: one person asks, another decides, as with every reversal."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, String, Uuid, cast, column, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import (
    EntryBooked,
    EntryDeclined,
    EntryWithdrawn,
    Event,
    GiftImportUndoAsked,
    GiftImportUndoDropped,
    GiftImportUndone,
)
from fund.bookkeeping import operations as entries_
from fund.bookkeeping.imports.operations import lock
from fund.bookkeeping.models import BookEntry, GiftImport, GiftImportLine
from fund.clock import bangkok_day
from fund.errors import Refused, require
from fund.giving import operations as giving
from fund.giving import queries as gifts_
from fund.ids import new_id
from fund.ledger import journals
from fund.ledger import operations as ledger
from fund.ledger.journals import Booked
from fund.ledger.models import Journal
from fund.ledger.operations.calling import refusing
from fund.permissions import Actor, Permission


def ask_undo(
    session: Session, made: GiftImport, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Propose the reversal of every gift of the list, to be decided together by somebody else.

    Raises Denied; Refused: `wrong_state`, `import_gifts_changed` (`count`: of how many gifts
    something went back), `import_gifts_reversed`.
    """
    require(actor.may(Permission.PROPOSE_ENTRIES))
    _lock(session, made, "recorded")
    _check_unchanged(session, made)
    day = bangkok_day(now)
    booked = Booked.load_many(session, list(session.scalars(_journals_of(made))))
    entries = []
    for journal in booked:
        entry_id = new_id()
        entry = entries_.entry_of(
            kind="reversal",
            plan={"journal_id": str(journal.id)},
            draft=journals.reversal(journal, day),
            effective_on=day,
            reason=reason,
            entry_id=entry_id,
            gift_import_id=made.id,
            actor=actor,
            now=now,
        )
        entries.append(entry)
    with refusing({"uq_bookkeeping_entry_live_reverses_id": "import_gifts_reversed"}):
        session.add_all(entries)
        session.flush()
    events: list[tuple[Event, UUID | None]] = [(entries_.proposed(e), None) for e in entries]
    audit.record_many(session, events, actor=actor, now=now)
    made.move_to("undo_asked")
    made.undo_reason, made.undo_asked_by, made.undo_asked_at = reason, actor.staff_id, now
    session.flush()
    asked = GiftImportUndoAsked(made.id, gift_count=len(entries))
    audit.record(session, asked, actor=actor, now=now)


def can_undo(actor: Actor, made: GiftImport) -> bool:
    """Whether this person may decide about it: another than who asked."""
    return (
        made.state == "undo_asked"
        and made.undo_asked_by != actor.id
        and actor.may(Permission.APPROVE_ENTRIES)
    )


def undo_import(
    session: Session, made: GiftImport, *, seen: str, actor: Actor, now: datetime
) -> None:
    """Take every gift of the list back, as asked: by reversals, with a correction of each receipt.

    `seen`: as `seen_sha256` of what was asked. Raises Denied; Refused: `wrong_state`,
    `proposed_it_yourself`, `import_gifts_changed`, `entry_changed`, and what `ledger.post` refuses.
    """
    require(actor.may(Permission.APPROVE_ENTRIES))
    _lock(session, made, "undo_asked")
    if not can_undo(actor, made):
        raise Refused("proposed_it_yourself")
    _check_unchanged(session, made)
    entries = _proposed(session, made)
    if seen_sha256(entries) != seen:
        raise Refused("entry_changed")
    by_journal = {entry.reverses_id: entry for entry in entries}
    booked = Booked.load_many(session, [id_ for id_ in by_journal if id_])
    drafts = [journals.reversal(one, by_journal[one.id].effective_on) for one in booked]
    sources = {UUID(one.key): f"entry:{by_journal[one.id].id}" for one in booked}
    giving.take_back_gifts(
        session, sources, happened_on=entries[0].effective_on, actor=actor, now=now
    )
    journal_ids = ledger.post(session, drafts, actor=actor, now=now)
    done = [
        (by_journal[one.id], journal_id)
        for one, journal_id in zip(booked, journal_ids, strict=True)
    ]
    _book(session, done, actor=actor, now=now)
    made.move_to("undone")
    made.undone_by, made.undone_at = actor.staff_id, now
    session.flush()
    event = GiftImportUndone(made.id, gift_count=len(done))
    audit.record(session, event, actor=actor, now=now)


def drop_undo(
    session: Session, made: GiftImport, *, reason: str = "", actor: Actor, now: datetime
) -> None:
    """The list stays: who asked withdraws it, or another declines, with the reason.

    Raises Denied; Refused: `wrong_state`, `reason_missing`.
    """
    require(actor.may(Permission.APPROVE_ENTRIES))
    _lock(session, made, "undo_asked")
    is_own = made.undo_asked_by == actor.id
    if not is_own and not reason:
        raise Refused("reason_missing", field="decline_reason")
    entries = _proposed(session, made)
    state = "withdrawn" if is_own else "declined"
    session.execute(
        update(BookEntry)
        .where(BookEntry.id.in_([entry.id for entry in entries]))
        .values(
            state=state,
            decided_by=actor.staff_id,
            decided_at=now,
            decline_reason=None if is_own else reason,
        )
        .execution_options(synchronize_session=False)
    )
    tell = EntryWithdrawn if is_own else EntryDeclined
    events: list[tuple[Event, UUID | None]] = [
        (tell(entry.id, content_sha256=entry.content_sha256.hex()), None) for entry in entries
    ]
    audit.record_many(session, events, actor=actor, now=now)
    made.move_to("recorded")
    made.undo_reason = made.undo_asked_by = made.undo_asked_at = None
    session.flush()
    dropped = GiftImportUndoDropped(made.id, state=state)
    audit.record(session, dropped, actor=actor, now=now)


def seen_sha256(entries: Sequence[BookEntry]) -> str:
    """Names exactly what was asked."""
    said = b"".join(entry.content_sha256 for entry in entries)
    return hashlib.sha256(said).hexdigest()


def list_asked(session: Session, made: GiftImport) -> list[BookEntry]:
    """The reversals that wait to be decided together."""
    asked = select(BookEntry).where(
        BookEntry.gift_import_id == made.id, BookEntry.state == "proposed"
    )
    return list(session.scalars(asked.order_by(BookEntry.id)))


def _proposed(session: Session, made: GiftImport) -> list[BookEntry]:
    entries = list_asked(session, made)
    if len(entries) != made.gift_count:
        raise Refused("entry_changed")
    return entries


def _lock(session: Session, made: GiftImport, state: str) -> None:
    lock(session, made)
    if made.state != state:
        raise Refused("wrong_state", state=made.state, wanted="undone")


def _check_unchanged(session: Session, made: GiftImport) -> None:
    """Nothing went back of any gift of the list, by whatever way."""
    lines = select(GiftImportLine.gift_id).where(GiftImportLine.import_id == made.id)
    returned = gifts_.list_returned(session, list(session.scalars(lines)))
    if returned:
        raise Refused("import_gifts_changed", count=len(returned))


def _journals_of(made: GiftImport) -> Select[UUID]:
    """The journals by which the list's gifts were booked."""
    key = cast(GiftImportLine.gift_id, String)
    return (
        select(Journal.id)
        .join(GiftImportLine, Journal.idempotency_key == key)
        .where(
            Journal.source == journals.GIFTS,
            Journal.kind == "gift_to_bank",
            GiftImportLine.import_id == made.id,
        )
    )


def _book(
    session: Session,
    done: Sequence[tuple[BookEntry, UUID]],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """The proposals are in the books, each as its journal."""
    pairs = (
        func.unnest(
            cast([entry.id for entry, _ in done], ARRAY(Uuid)),
            cast([journal_id for _, journal_id in done], ARRAY(Uuid)),
        )
        .table_valued(column("entry_id", Uuid), column("journal_id", Uuid), name="done")
        .render_derived()
    )
    with refusing(entries_.RULES):
        session.execute(
            update(BookEntry)
            .where(BookEntry.id == pairs.c.entry_id)
            .values(
                state="booked",
                decided_by=actor.staff_id,
                decided_at=now,
                journal_id=pairs.c.journal_id,
            )
            .execution_options(synchronize_session=False)
        )
    events: list[tuple[Event, UUID | None]] = [
        (
            EntryBooked(
                entry.id,
                kind=entry.kind,
                content_sha256=entry.content_sha256.hex(),
                journal_id=journal_id,
            ),
            None,
        )
        for entry, journal_id in done
    ]
    audit.record_many(session, events, actor=actor, now=now)
