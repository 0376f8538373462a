"""The only ways into the log: record an event, put events into the tree."""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from fund import keys
from fund.audit import leaves, merkle, models
from fund.audit.events import Event, Restored
from fund.audit.merkle import TILE
from fund.audit.tree import StoredTree
from fund.audit.verify import canonical
from fund.ids import new_id
from fund.permissions import SYSTEM, Actor

BATCH = 10_000
_SEQUENCER_LOCK = 0x6C6F67  # any number that no other advisory lock uses

# An event may be numbered once no transaction that began before it can still add one that sorts
# before it: its xid is below the oldest open one. `id > last` alone loses whatever commits late.
_NUMBER_EVENTS = text(
    """
    INSERT INTO audit.leaf (index, event_id, leaf_hash, epoch, xid)
    SELECT CAST(:size AS bigint) + row_number() OVER (ORDER BY epoch, xid, id) - 1,
           id, leaf_hash, epoch, xid
    FROM (
        SELECT id, leaf_hash, epoch, xid FROM audit.event
        WHERE (epoch, xid, id) > (:epoch, :xid, :event_id)
          AND (epoch < :current_epoch
               OR xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
        ORDER BY epoch, xid, id
        LIMIT :batch
    ) AS next
    """
)
_INSERT_EVENT = """
    INSERT INTO audit.event (id, name, actor, subject_kind, subject_id, data, at, payload_commit,
        leaf_hash, key_id, sealed)
    VALUES (%(id)s, %(name)s, %(actor)s, %(subject_kind)s, %(subject_id)s, %(data)s, %(at)s,
        %(payload_commit)s, %(leaf_hash)s, %(key_id)s, %(sealed)s)
"""
_NEXT_XID = text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")


def record(
    session: Session,
    event: Event,
    *,
    actor: Actor,
    now: datetime,
    private: Mapping[str, Any] | None = None,
    key_id: UUID | None = None,
) -> UUID:
    """Put `event` into the log, in the caller's own transaction; its id. See `prepare`."""
    row = prepare(session, event, actor=actor, now=now, private=private, key_id=key_id)
    _insert(session, [row])
    event_id: UUID = row["id"]
    return event_id


def record_many(
    session: Session, events: Sequence[tuple[Event, UUID | None]], *, actor: Actor, now: datetime
) -> list[UUID]:
    """Put many events into the log at once, each with the key of whom it is about; their ids."""
    rows = [
        prepare(session, event, actor=actor, now=now, key_id=key_id) for event, key_id in events
    ]
    _insert(session, rows)
    return [row["id"] for row in rows]


def _insert(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    # Past SQLAlchemy's expressions, which would take longer to build than to run.
    session.flush()
    values = [{**row, "data": canonical(row["data"])} for row in rows]
    if values:
        session.connection().exec_driver_sql(_INSERT_EVENT, values)


def prepare(
    session: Session,
    event: Event,
    *,
    actor: Actor,
    now: datetime,
    private: Mapping[str, Any] | None = None,
    key_id: UUID | None = None,
) -> dict[str, Any]:
    """The row of `audit.event` for `event`, all columns but `xid` and `epoch` (they default).

    id uuid, name text, actor text, subject_kind text, subject_id uuid, data jsonb (a dict),
    at timestamptz, payload_commit bytea, leaf_hash bytea, key_id uuid or null, sealed bytea or
    null. `private` holds names, contacts, free text; it needs `key_id`, the data key of the person
    whom it is about, so that erasing that person erases it too. Raises ValueError otherwise.
    """
    if private is not None and key_id is None:
        raise ValueError(f"{event.name}: a private payload needs the key of whom it is about")
    event_id = new_id()
    payload = leaves.payload_bytes(private)
    if key_id is None:
        salt, sealed = derived_salt(event_id), None
    else:
        salt = os.urandom(leaves.SALT_BYTES)
        sealed = keys.seal_bytes(session, key_id, salt + payload, context=sealing_context(event_id))
    fields: dict[str, Any] = {
        "id": event_id,
        "name": event.name,
        "actor": actor.label,
        "subject_kind": event.subject,
        "subject_id": event.subject_id,
        "data": event.data(),
        "at": now,
    }
    payload_commit = leaves.commitment(salt, payload)
    return {
        **fields,
        "payload_commit": payload_commit,
        "leaf_hash": leaves.leaf_of(leaves.public_fields(**fields), payload_commit),
        "key_id": key_id,
        "sealed": sealed,
    }


def bare_commitment(event_id: UUID) -> bytes:
    """`payload_commit` of an event without a private payload, for posting, which hashes in SQL."""
    return leaves.commitment(derived_salt(event_id), leaves.payload_bytes(None))


def derived_salt(event_id: UUID) -> bytes:
    """The salt of an event without a private payload.

    It follows from the keyring's index key, which never rotates: nobody outside can guess it, and
    no shared data key has to be read, locked and kept for it.
    """
    return salting()(str(event_id))


def salting() -> Callable[[str], bytes]:
    """`derived_salt` for many events: takes the id as text."""
    return keys.keyring().indexer("audit.salt")


def sealing_context(event_id: UUID) -> str:
    """Where an event's sealed payload belongs."""
    return f"audit.event:sealed:{event_id}"


def sequence(session: Session, *, batch: int = BATCH) -> int:
    """Give up to `batch` settled events their places in the tree; how many there were.

    One at a time: while another does it, nothing happens here. Events of transactions that are
    still open, and whatever sorts behind them, wait for the next call. Raises RuntimeError after a
    restore that did not begin an epoch.
    """
    if not session.scalar(select(func.pg_try_advisory_xact_lock(_SEQUENCER_LOCK))):
        return 0
    last = session.scalars(
        select(models.Leaf).order_by(models.Leaf.index.desc()).limit(1)
    ).one_or_none()
    size = last.index + 1 if last else 0
    current_epoch = session.scalar(select(func.max(models.Epoch.epoch))) or 0
    if last and last.epoch == current_epoch and last.xid >= (session.scalar(_NEXT_XID) or 0):
        raise RuntimeError("transaction ids started anew: begin_epoch was not called on restore")
    added = session.execute(
        _NUMBER_EVENTS,
        {
            "size": size,
            "epoch": last.epoch if last else 0,
            "xid": last.xid if last else 0,
            "event_id": last.event_id if last else UUID(int=0),
            "current_epoch": current_epoch,
            "batch": batch,
        },
    )
    count: int = added.rowcount  # type: ignore[attr-defined]
    _store_nodes(session, size, size + count)
    return count


def _store_nodes(session: Session, old_size: int, new_size: int) -> None:
    tree = StoredTree(session)
    for level, found in groupby(merkle.new_nodes(old_size, new_size), key=itemgetter(0)):
        indices = [index for _, index in found]  # neighbours, over hashes that are stored by now
        hashes = tree.read_tiles(level - 1, indices[0], len(indices))
        roots = [merkle.tile_root(hashes[at : at + TILE]) for at in range(0, len(hashes), TILE)]
        nodes = [
            {"level": level, "index": index, "hash": root}
            for index, root in zip(indices, roots, strict=True)
        ]
        session.execute(insert(models.Node), nodes)


def begin_epoch(session: Session, *, now: datetime) -> int:
    """Begin the next epoch: part of every logical restore, before anything else writes.

    Transaction ids of the new cluster start low again; the epoch keeps old events before new ones.
    """
    epoch = (session.scalar(select(func.max(models.Epoch.epoch))) or 0) + 1
    session.execute(insert(models.Epoch).values(epoch=epoch))
    record(session, Restored(new_id(), epoch=epoch), actor=SYSTEM, now=now)
    return epoch
