"""The only ways into the log: record an event, put events into the tree, sign its head."""

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from fund import keys
from fund.audit import leaves, models
from fund.audit.events import Event
from fund.ids import new_id
from fund.permissions import Actor


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
    session.execute(insert(models.Event).values(row))
    event_id: UUID = row["id"]
    return event_id


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
    payload_commit = leaves.commit(salt, payload)
    return {
        **fields,
        "payload_commit": payload_commit,
        "leaf_hash": leaves.leaf_of(leaves.public_fields(**fields), payload_commit),
        "key_id": key_id,
        "sealed": sealed,
    }


def derived_salt(event_id: UUID) -> bytes:
    """The salt of an event without a private payload.

    It follows from the keyring's index key, which never rotates: nobody outside can guess it, and
    no shared data key has to be read, locked and kept for it.
    """
    return keys.keyring().blind_index("audit.salt", str(event_id))


def sealing_context(event_id: UUID) -> str:
    return f"audit.event:sealed:{event_id}"
