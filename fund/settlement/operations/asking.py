"""Asking Stripe about what the events do not tell, or do not tell surely."""

from datetime import datetime, timedelta

from sqlalchemy import select

from fund.db import transaction
from fund.errors import Unavailable
from fund.settlement.models import InboxEvent
from fund.settlement.operations import fence
from fund.settlement.operations.draining import finish, put_back
from fund.settlement.operations.events import Event
from fund.settlement.operations.handlers import find_handler
from fund.settlement.operations.opening import take

# As many as are surely asked about before another worker takes them for left behind.
BATCH = 20
LEASE = timedelta(minutes=5)


def ask_stripe(*, now: datetime) -> int:
    """Ask about what is due, between transactions; how many events were. Any number of workers may
    do this."""
    silent: dict[str, Unavailable] = {}
    events = _claim(now=now)
    for event in events:
        try:
            if event.office_code in silent:  # waiting for each in turn would take minutes
                raise silent[event.office_code]
            _ask(event, now=now)
        except Exception as error:  # one event must not hold up the others; it stays, and is shown
            if isinstance(error, Unavailable):
                silent[event.office_code] = error
            put_back(event.id, error, now=now)
    return len(events)


def _claim(*, now: datetime) -> list[Event]:
    with transaction() as session:
        due = select(InboxEvent.id).where(InboxEvent.state == "asking", InboxEvent.due_at <= now)
        ids = session.scalars(due.order_by(InboxEvent.due_at).limit(BATCH)).all()
        opened = take(session, ids, ["asking"], now=now)
        for row, _ in opened:
            row.due_at = now + LEASE
        return [event for _, event in opened]


def _ask(event: Event, *, now: datetime) -> None:
    handler = find_handler(event.type)
    if handler is None:  # it has none any more
        raise LookupError(event.type)
    with transaction() as session:
        number = fence.ask(session, event.office_id, event.object_id)
    answer = handler.fetch(event)
    with transaction() as session:
        row = session.get_one(InboxEvent, event.id, with_for_update=True)
        if row.state != "asking":
            return
        if answer is not None and fence.is_newest(
            session, event.office_id, event.object_id, number
        ):
            handler.apply(session, event, answer, now=now)
        finish(row, "done", now=now)
