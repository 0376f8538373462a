"""The inbox: every event is written down first, answered, and worked off later, in any order."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from fund import crypto, keys
from fund.audit import operations as audit
from fund.audit.events import (
    InboxErrorRetried,
    InboxEventReplayed,
    InboxEventRetried,
    InboxReplayed,
)
from fund.errors import NotFound, Refused, require
from fund.gateways.stripe import Doc
from fund.giving import abuse
from fund.ids import new_id
from fund.ledger.queries import get_office
from fund.permissions import SYSTEM, Actor, Permission
from fund.settlement.models import InboxEvent
from fund.settlement.operations.feed import get_feed

# States in which nothing more is to be done.
OVER = ("done", "ignored")
# Past SQLAlchemy's expressions, which would take longer to build than to run.
_INSERT = """
    INSERT INTO settlement_inbox (id, office_id, event_id, type, object_id, happened_at,
        received_at, way, key_id, sealed_payload, state, attempts, replayed, due_at)
    VALUES (%(id)s, %(office_id)s, %(event_id)s, %(type)s, %(object_id)s, %(happened_at)s,
        %(received_at)s, %(way)s, %(key_id)s, %(sealed)s, 'waiting', 0, 0, %(received_at)s)
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
    written = session.connection().exec_driver_sql(_INSERT, row)
    if event["type"] == abuse.TOLD_BY and written.rowcount:
        _count_failure(session, desk, event, failed_at=now, now=now)


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
    for event in events:
        if event["type"] == abuse.TOLD_BY and event["id"] not in known_ids:
            failed_at = datetime.fromtimestamp(event["created"], UTC)
            _count_failure(session, desk, event, failed_at=failed_at, now=now)
    return [row["event_id"] for row in rows]


def _count_failure(
    session: Session, desk: Desk, event: Doc, *, failed_at: datetime, now: datetime
) -> None:
    """At once, not when it is worked off: by then as many cards again would have been tried."""

    def paid_since(since: datetime) -> int:
        paid = select(func.count()).where(
            InboxEvent.office_id == desk.office_id,
            InboxEvent.way == "webhook",
            InboxEvent.received_at > since,
            InboxEvent.type == "charge.succeeded",
        )
        return session.scalars(paid).one()

    abuse.count_failure(
        session,
        desk.office_id,
        event["data"]["object"],
        paid_since=paid_since,
        failed_at=failed_at,
        now=now,
    )


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


def retry_failed(session: Session, error: str, *, actor: Actor, now: datetime) -> int:
    """Look again, now, at all events that failed for this reason; how many. Raises Denied."""
    require(actor.may(Permission.WORK_SETTLEMENT))
    failed = (InboxEvent.state == "failed") & (InboxEvent.error == error)
    counts = _send_back(session, failed, now=now)
    for office_id, count in counts.items():
        event = InboxErrorRetried(office_id, error=error, events=count)
        audit.record(session, event, actor=actor, now=now)
    return sum(counts.values())


def replay_event(
    session: Session, event_id: UUID, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Look again at an event that is done: whatever it leads to is there already and stays, or is
    made good. `reason` is one of REPLAY_REASONS. Raises Denied, NotFound, or Refused if it is not
    done."""
    require(actor.may(Permission.WORK_SETTLEMENT))
    event = session.get(InboxEvent, event_id, with_for_update=True)
    if event is None:
        raise NotFound
    if event.state not in OVER:
        raise Refused("event_not_done")
    event.move_to("waiting")
    event.replayed += 1
    event.due_at, event.done_at = now, None
    replayed = InboxEventReplayed(event.office_id, event=event.event_id, reason=reason)
    audit.record(session, replayed, actor=actor, now=now)


def replay_since(
    session: Session, since: datetime, *, prefix: str, reason: str, now: datetime
) -> int:
    """`replay_event` for all that came since then and whose type begins so; how many."""
    came = InboxEvent.state.in_(OVER) & (InboxEvent.received_at >= since)
    counts = _send_back(session, came & InboxEvent.type.startswith(prefix), now=now, replays=1)
    for office_id, count in counts.items():
        event = InboxReplayed(office_id, since_on=since.date(), events=count, reason=reason)
        audit.record(session, event, actor=SYSTEM, now=now)
    return sum(counts.values())


def _send_back(
    session: Session, which: ColumnElement[bool], *, now: datetime, replays: int = 0
) -> Counter[UUID]:
    """Let these events wait again; how many there were of each office."""
    sent = (
        update(InboxEvent)
        .where(which)
        .values(state="waiting", due_at=now, done_at=None, replayed=InboxEvent.replayed + replays)
        .returning(InboxEvent.office_id)
        .execution_options(synchronize_session=False)
    )
    return Counter(session.scalars(sent))


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
