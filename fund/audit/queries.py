"""What is read from the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from fund.audit import merkle, notes
from fund.audit.leaves import public_fields
from fund.audit.models import Checkpoint, Event, Leaf
from fund.audit.tree import StoredTree
from fund.errors import NotFound
from fund.permissions import Actor, Permission


@dataclass(frozen=True)
class EventRow:
    """An event as timelines show it; `leaf_index` is None until the sequencer came by."""

    id: UUID
    name: str
    actor: str
    subject_kind: str
    subject_id: UUID
    data: dict[str, Any]
    at: datetime
    leaf_index: int | None


def list_events(
    session: Session,
    subjects: Sequence[tuple[str, UUID]],
    *,
    before: UUID | None = None,
    limit: int = 100,
) -> list[EventRow]:
    """The newest events of these (kind, id), newest first; the next page is `before` the last."""
    if not subjects:
        return []
    wanted = event_rows().where(
        tuple_(Event.subject_kind, Event.subject_id).in_([tuple(s) for s in subjects])
    )
    if before is not None:
        wanted = wanted.where(Event.id < before)
    rows = session.execute(wanted.order_by(Event.id.desc()).limit(limit))
    return [EventRow(**row) for row in rows.mappings()]


def can_read_proof(actor: Actor, subject_kind: str) -> bool:
    """Whether `actor` may see an event's public fields, which every proof of it contains.

    A receipt's event may be read by whoever holds its id: the donor got it with the receipt, and
    nobody can guess it. All other events are for those who read the trail.
    """
    return subject_kind == "receipt" or actor.may(Permission.READ_TRAIL)


def get_event(session: Session, event_id: UUID) -> EventRow:
    """Raises NotFound."""
    row = session.execute(event_rows().where(Event.id == event_id)).mappings().one_or_none()
    if row is None:
        raise NotFound
    return EventRow(**row)


def tree_size(session: Session) -> int:
    """How many events have a place in the tree."""
    highest = session.scalar(select(func.max(Leaf.index)))
    return 0 if highest is None else highest + 1


def find_checkpoint(session: Session) -> Checkpoint | None:
    """The newest one."""
    return session.scalars(
        select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1)
    ).one_or_none()


def get_checkpoint(session: Session, size: int | None = None) -> Checkpoint:
    """The one over `size` events, or the newest. Raises NotFound."""
    if size is None:
        found = find_checkpoint(session)
    else:
        found = session.get(Checkpoint, size) if 0 < size < 2**63 else None
    if found is None:
        raise NotFound("no_checkpoint")
    return found


def proof_of(session: Session, event_id: UUID) -> dict[str, Any]:
    """The document by which `verify.py` checks that the newest checkpoint covers this event.

    Raises NotFound, with the code `not_sealed_yet` while no checkpoint covers it. Whoever hands it
    on asks `can_read_proof` first.
    """
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound
    leaf_index = session.scalar(select(Leaf.index).where(Leaf.event_id == event_id))
    checkpoint = find_checkpoint(session)
    if leaf_index is None or checkpoint is None or leaf_index >= checkpoint.size:
        raise NotFound("not_sealed_yet")
    path = merkle.inclusion(StoredTree(session), leaf_index, checkpoint.size)
    return {
        "kind": "inclusion",
        "event": public_fields(
            id=event.id,
            name=event.name,
            actor=event.actor,
            subject_kind=event.subject_kind,
            subject_id=event.subject_id,
            data=event.data,
            at=event.at,
        ),
        "payload_commit": event.payload_commit.hex(),
        "leaf_index": leaf_index,
        "tree_size": checkpoint.size,
        "inclusion": [hash_.hex() for hash_ in path],
        "checkpoint": checkpoint.note,
        "public_key": notes.verifier_key(notes.name_in(checkpoint.note)),
    }


def consistency_of(session: Session, old_size: int, new_size: int | None) -> dict[str, Any]:
    """The document that shows one checkpoint's tree to be the beginning of a later one's.

    `new_size` None means the newest. Raises NotFound unless there are checkpoints of both sizes,
    in this order.
    """
    old, new = get_checkpoint(session, old_size), get_checkpoint(session, new_size)
    if old.size > new.size:
        raise NotFound("no_checkpoint")
    path = merkle.consistency(StoredTree(session), old.size, new.size)
    return {
        "kind": "consistency",
        "old_size": old.size,
        "new_size": new.size,
        "consistency": [hash_.hex() for hash_ in path],
        "old_checkpoint": old.note,
        "new_checkpoint": new.note,
        "public_key": notes.verifier_key(notes.name_in(new.note)),
    }


def event_rows() -> Select[Any]:
    """What an `EventRow` is made of; to be narrowed."""
    return select(
        Event.id,
        Event.name,
        Event.actor,
        Event.subject_kind,
        Event.subject_id,
        Event.data,
        Event.at,
        Leaf.index.label("leaf_index"),
    ).outerjoin(Leaf, Leaf.event_id == Event.id)
