"""The inbox: every event is written down first, answered, and worked off later, in any order."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import crypto, keys
from fund.audit import operations as audit
from fund.audit.events import InboxEventRetried
from fund.errors import require
from fund.gateways.stripe import Doc
from fund.ids import new_id
from fund.ledger.queries import get_office
from fund.permissions import Actor, Permission
from fund.settlement.models import InboxEvent
from fund.settlement.operations.feed import get_feed

# Past SQLAlchemy's expressions, which would take longer to build than to run.
_INSERT = """
    INSERT INTO settlement_inbox (id, office_id, event_id, type, object_id, happened_at,
        received_at, way, key_id, sealed_payload, state, attempts, replayed,
        due_at)
    VALUES (%(id)s, %(office_id)s, %(event_id)s, %(type)s, %(object_id)s, %(happened_at)s,
        %(received_at)s, %(way)s, %(key_id)s, %(sealed)s, 'waiting', 0, 0,
        %(received_at)s)
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Desk:
    """Where an office's events are put: its id, and the key that seals them until their donor is
    known."""

    office_id: UUID
    key_id: UUID
    key: bytes


def find_desk(session: Session, office_code: str, *, now: datetime) -> Desk:
    """The office's desk. Raises NotFound."""
    office = get_office(session, office_code)
    key_id = get_feed(session, office.id, now=now).key_id
    return Desk(office.id, key_id, keys.load(session, key_id))


def receive(session: Session, desk: Desk, event: Doc, payload: bytes, *, now: datetime) -> None:
    """Write down an event that came as a webhook, sealed; it may be here already."""
    row = _row(desk, event, payload, way="webhook", now=now)
    session.connection().exec_driver_sql(_INSERT, row)


def receive_listed(
    session: Session, desk: Desk, events: Sequence[Doc], *, now: datetime
) -> list[str]:
    """Write down those of Stripe's list that are not here; their ids."""
    known = select(InboxEvent.event_id).where(
        InboxEvent.office_id == desk.office_id,
        InboxEvent.event_id.in_([event["id"] for event in events]),
    )
    known_ids = set(session.scalars(known))
    rows = [
        _row(desk, event, json.dumps(event).encode(), way="sweep", now=now)
        for event in events
        if event["id"] not in known_ids
    ]
    if rows:
        session.connection().exec_driver_sql(_INSERT, rows)
    return [row["event_id"] for row in rows]


def retry_event(session: Session, event_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Look at a failed event again, now. Raises Denied, or Refused if it did not fail."""
    require(actor.may(Permission.WORK_SETTLEMENT))
    event = session.get_one(InboxEvent, event_id, with_for_update=True)
    event.move_to("waiting")
    event.due_at = now
    audit.record(
        session,
        InboxEventRetried(subject_id=event.office_id, event=event.event_id),
        actor=actor,
        now=now,
    )


def sealing_context(row_id: UUID) -> str:
    """Where an event's sealed payload belongs."""
    return f"inbox:{row_id}"


def _row(desk: Desk, event: Doc, payload: bytes, *, way: str, now: datetime) -> dict[str, Any]:
    row_id = new_id()
    return {
        "id": row_id,
        "office_id": desk.office_id,
        "event_id": event["id"],
        "type": event["type"],
        "object_id": event["data"]["object"].get("id", ""),
        "happened_at": datetime.fromtimestamp(event["created"], UTC),
        "received_at": now,
        "way": way,
        "key_id": desk.key_id,
        "sealed": crypto.seal(desk.key, payload, context=sealing_context(row_id)),
    }
