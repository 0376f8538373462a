"""What is read from the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, false, func, select, tuple_
from sqlalchemy.orm import Session

from fund.audit import merkle, notes
from fund.audit.leaves import public_fields
from fund.audit.models import Checkpoint, Cosignature, Event, Leaf, SigningKey
from fund.audit.tree import StoredTree
from fund.errors import NotFound
from fund.permissions import Actor, Permission


@dataclass(frozen=True)
class EventRow:
    """An event as timelines show it.

    `leaf_index` is None until the sequencer came by; `is_sealed` once a checkpoint covers it.
    """

    id: UUID
    name: str
    actor: str
    subject_kind: str
    subject_id: UUID
    data: dict[str, Any]
    at: datetime
    leaf_index: int | None
    is_sealed: bool


@dataclass(frozen=True)
class Head:
    """A tree: its size, its root, a checkpoint that covers it, and how that leads on from it."""

    size: int
    root: bytes
    checkpoint: Checkpoint
    onward: list[bytes]


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


# What donors hold, with the id of its event.
OPEN_KINDS = frozenset({"receipt", "annual_statement"})


def can_read_proof(actor: Actor, subject_kind: str) -> bool:
    """Whether `actor` may see an event's public fields, which every proof of it contains.

    A receipt's or statement's event may be read by whoever holds its id: the donor got it with the
    paper, and nobody can guess it. All other events are for those who read the trail.
    """
    return subject_kind in OPEN_KINDS or actor.may(Permission.READ_TRAIL)


def get_event(session: Session, event_id: UUID) -> EventRow:
    """Raises NotFound."""
    row = session.execute(event_rows().where(Event.id == event_id)).mappings().one_or_none()
    if row is None:
        raise NotFound
    return EventRow(**row)


def get_leaf_hash(session: Session, event_id: UUID) -> str:
    """An event's leaf hash in hex: its fingerprint, as receipts carry it. Raises NotFound."""
    found = session.scalar(select(Event.leaf_hash).where(Event.id == event_id))
    if found is None:
        raise NotFound
    return found.hex()


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


def list_signing_keys(session: Session) -> list[SigningKey]:
    """The log's keys, the first first; the newest signs. None until the log is first signed."""
    return list(session.scalars(select(SigningKey).order_by(SigningKey.number)))


def log_name(session: Session) -> str:
    """The log's origin: the name that it began under."""
    first = session.scalar(select(SigningKey.verifier_key).where(SigningKey.number == 1))
    return first.partition("+")[0] if first else notes.origin()


def newest_key(session: Session) -> str:
    """The verifier key that signs now, or will sign first."""
    newest = select(SigningKey.verifier_key).order_by(SigningKey.number.desc()).limit(1)
    return session.scalar(newest) or str(notes.verifier_key(1, notes.origin()))


def list_rotations(session: Session) -> list[str]:
    """The statements by which each key of the log named the next, in order."""
    return [key.rotation for key in list_signing_keys(session) if key.rotation]


def list_cosignatures(session: Session, size: int) -> list[Cosignature]:
    """Witnesses' lines on the checkpoint of this size."""
    wanted = select(Cosignature).where(Cosignature.size == size)
    return list(session.scalars(wanted.order_by(Cosignature.witness)))


def full_note(session: Session, checkpoint: Checkpoint) -> str:
    """The checkpoint with the cosignatures of its witnesses."""
    lines = [cosignature.line for cosignature in list_cosignatures(session, checkpoint.size)]
    return checkpoint.note + "".join(lines)


def get_head(session: Session, size: int | None = None) -> Head:
    """The tree of `size` leaves (None: as it was signed last) within what was signed.

    Raises NotFound unless a checkpoint covers it.
    """
    newest = find_checkpoint(session)
    if newest is None or (size is not None and not 0 < size <= newest.size):
        raise NotFound("no_checkpoint")
    if size is None or size == newest.size:
        return Head(newest.size, newest.root, newest, [])
    signed = session.get(Checkpoint, size)
    if signed is not None:
        return Head(size, signed.root, signed, [])
    tree = StoredTree(session)
    onward = merkle.consistency(tree, size, newest.size)
    return Head(size, merkle.root(tree, size), newest, onward)


def proof_of(session: Session, event_id: UUID, size: int | None = None) -> dict[str, Any]:
    """The document by which `verify.py` checks that the tree of `size` leaves (None: the newest
    that was signed) holds this event.

    Raises NotFound, with the code `not_sealed_yet` while no checkpoint covers it. Whoever hands it
    on asks `can_read_proof` first.
    """
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound
    leaf_index = session.scalar(select(Leaf.index).where(Leaf.event_id == event_id))
    newest = find_checkpoint(session)
    if leaf_index is None or newest is None or leaf_index >= newest.size:
        raise NotFound("not_sealed_yet")
    head = get_head(session, size)
    if leaf_index >= head.size:
        raise NotFound("not_in_tree")
    return {
        "kind": "inclusion",
        **entry_of(event, leaf_index),
        "path": _hex(merkle.inclusion(StoredTree(session), leaf_index, head.size)),
        **signed_part(session, head),
    }


def entry_of(event: Event | Row[Any], leaf_index: int) -> dict[str, Any]:
    """An entry as proofs and exports show it: all that its leaf's hash is made of."""
    fields = public_fields(
        id=event.id,
        name=event.name,
        actor=event.actor,
        subject_kind=event.subject_kind,
        subject_id=event.subject_id,
        data=event.data,
        at=event.at,
    )
    commit = event.payload_commit.hex()
    return {"leaf_index": leaf_index, "event": fields, "payload_commit": commit}


def consistency_of(session: Session, old_size: int, size: int | None = None) -> dict[str, Any]:
    """The document that shows the tree of `old_size` leaves to be the beginning of a later one's.

    `size` None means the newest that was signed. Raises NotFound unless checkpoints cover both.
    """
    head = get_head(session, size)
    old = get_head(session, old_size)
    if old.size > head.size:
        raise NotFound("no_checkpoint")
    return {
        "kind": "consistency",
        "old_size": old.size,
        "old_root": old.root.hex(),
        "path": _hex(merkle.consistency(StoredTree(session), old.size, head.size)),
        **signed_part(session, head),
    }


def signed_part(session: Session, head: Head) -> dict[str, Any]:
    """What every document ends with: the tree that it is about, and who signed it."""
    return {
        "tree_size": head.size,
        "root": head.root.hex(),
        "to_checkpoint": _hex(head.onward),
        "checkpoint": full_note(session, head.checkpoint),
        "public_key": newest_key(session),
        "rotations": list_rotations(session),
    }


def _hex(hashes: Sequence[bytes]) -> list[str]:
    return [hash_.hex() for hash_ in hashes]


def event_rows() -> Select[Any]:
    """What an `EventRow` is made of; to be narrowed."""
    signed = select(func.max(Checkpoint.size)).scalar_subquery()
    return select(
        Event.id,
        Event.name,
        Event.actor,
        Event.subject_kind,
        Event.subject_id,
        Event.data,
        Event.at,
        Leaf.index.label("leaf_index"),
        func.coalesce(Leaf.index < signed, false()).label("is_sealed"),
    ).outerjoin(Leaf, Leaf.event_id == Event.id)
