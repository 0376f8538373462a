"""Working off the inbox: claim, ask Stripe where that is needed, apply."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fund.db import transaction
from fund.errors import FundError, Unavailable, where
from fund.ledger.models import Office
from fund.settlement.models import InboxEvent
from fund.settlement.operations.events import Event
from fund.settlement.operations.feed import wake
from fund.settlement.operations.handlers import WAKING, find_handler

log = structlog.get_logger(__name__)

BATCH = 20
# A claimed event is ours for so long; after a crash somebody else takes it then.
LEASE = timedelta(seconds=60)
FIRST_PAUSE_SECONDS = 5
LONGEST_PAUSE_SECONDS = 3600


def drain(*, now: datetime) -> int:
    """Work off what is due; how many events were looked at. Any number of workers may do this.

    Stripe is asked between two transactions: one claims the events, one applies each answer.
    """
    with transaction() as session:
        claimed = _claim(session, now=now)
    silent: dict[str, str] = {}
    for event in claimed:
        try:
            if event.office_code in silent:  # waiting for each in turn would take minutes
                raise Unavailable(silent[event.office_code])
            _work_off(event, now=now)
        except Exception as error:  # one event must not hold up the others; it stays, and is shown
            code = error.code if isinstance(error, FundError) else "unexpected"
            if isinstance(error, Unavailable):
                silent[event.office_code] = code
            log.warning("event_failed", stripe_event=event.event_id, error=code, **where(error))
            with transaction() as session:
                _put_back(session, event, code, now=now)
    return len(claimed)


def _claim(session: Session, *, now: datetime) -> list[Event]:
    due = (
        select(InboxEvent.id)
        .where(InboxEvent.state != "done", InboxEvent.due_at <= now)
        .order_by(InboxEvent.due_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(
        update(InboxEvent)
        .where(InboxEvent.id.in_(due.scalar_subquery()), Office.id == InboxEvent.office_id)
        .values(attempts=InboxEvent.attempts + 1, due_at=now + LEASE)
        .returning(
            InboxEvent.id,
            InboxEvent.office_id,
            Office.code,
            InboxEvent.event_id,
            InboxEvent.type,
            InboxEvent.object_id,
            InboxEvent.attempts,
        )
        .execution_options(synchronize_session=False)
    )
    return sorted((Event(*row) for row in rows), key=lambda event: event.id)


def _work_off(event: Event, *, now: datetime) -> None:
    handler = find_handler(event.type)
    answer = handler.fetch(event) if handler else None
    with transaction() as session:
        if handler is not None and answer is not None:
            handler.apply(session, event, answer, now=now)
        if event.type.startswith(WAKING):
            wake(session, event.office_id, now=now)
        row = session.get_one(InboxEvent, event.id, with_for_update=True)
        if row.state != "done":
            row.move_to("done")
            row.done_at, row.error = now, None


def _put_back(session: Session, event: Event, code: str, *, now: datetime) -> None:
    row = session.get_one(InboxEvent, event.id, with_for_update=True)
    if row.state == "done":
        return
    pause = min(FIRST_PAUSE_SECONDS * 2 ** (event.attempts - 1), LONGEST_PAUSE_SECONDS)
    row.move_to("failed")
    row.error, row.due_at = code, now + timedelta(seconds=pause)
