"""Working off the inbox: what the events themselves tell, many at a time, without a call."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from fund.db import reading, transaction
from fund.errors import FundError, where
from fund.giving import operations as giving
from fund.giving.queries import list_paid
from fund.settlement.models import InboxEvent
from fund.settlement.operations.events import Event
from fund.settlement.operations.feed import wake
from fund.settlement.operations.handlers import WAKING, Handler, find_handler
from fund.settlement.operations.opening import Opened, seal_for_donors, take

log = structlog.get_logger(__name__)

BATCH = 200
DUE = ("waiting", "failed")
FIRST_PAUSE_SECONDS = 5
LONGEST_PAUSE_SECONDS = 3600


def work_off(*, now: datetime) -> int:
    """Work off what is due, without asking Stripe; how many events were due.

    Any number of workers may do this: what one has in hand, another passes by.
    """
    with reading() as session:
        due = select(InboxEvent.id).where(InboxEvent.state.in_(DUE), InboxEvent.due_at <= now)
        ids = session.scalars(due.order_by(InboxEvent.due_at).limit(BATCH)).all()
    _work_off(ids, now=now)
    return len(ids)


def _work_off(ids: Sequence[UUID], *, now: datetime) -> None:
    """All of them in one transaction; if that fails, each half in its own, down to the single
    event, so that one bad event stays alone."""
    if not ids:
        return
    try:
        with transaction() as session:
            offices = _settle(session, take(session, ids, DUE, now=now), now=now)
    except OperationalError:  # the database is away, or busy: none of the events is to blame
        raise
    except Exception as error:
        if len(ids) == 1:
            put_back(ids[0], error, now=now)
            return
        half = len(ids) // 2
        _work_off(ids[:half], now=now)
        _work_off(ids[half:], now=now)
        return
    for office_id in offices:  # apart, since a pull may hold the feed for a while
        with transaction() as session:
            wake(session, office_id, now=now)


def put_back(event_id: UUID, error: Exception, *, now: datetime) -> None:
    """The event failed; it stays, is shown, and is looked at again after a longer and longer
    while."""
    code = error.code if isinstance(error, FundError) else "unexpected"
    with transaction() as session:
        row = session.get_one(InboxEvent, event_id, with_for_update=True)
        if row.state in ("waiting", "asking", "failed"):
            log.warning("event_failed", stripe_event=row.event_id, error=code, **where(error))
            fail(row, code, now=now)


def fail(row: InboxEvent, code: str, *, now: datetime) -> None:
    """See `put_back`."""
    pause = min(FIRST_PAUSE_SECONDS * 2**row.attempts, LONGEST_PAUSE_SECONDS)
    row.move_to("failed")
    row.attempts += 1
    row.error, row.due_at = code, now + timedelta(seconds=pause)


def finish(row: InboxEvent, state: str, *, now: datetime) -> None:
    """Nothing more is to be done about the event."""
    row.move_to(state)
    row.attempts += 1
    row.done_at, row.error = now, None


def _settle(session: Session, opened: Sequence[Opened], *, now: datetime) -> set[UUID]:
    """Do what the events tell; the offices whose balance moved."""
    seal_for_donors(session, opened)
    told: list[Opened] = []
    others: list[tuple[InboxEvent, Event, Handler]] = []
    for row, event in opened:
        handler = find_handler(event.type)
        if handler is None:
            finish(row, "done" if event.type.startswith(WAKING) else "ignored", now=now)
        elif handler.tell is not None and event.is_of_our_version:
            told.append((row, event))
        else:
            others.append((row, event, handler))
    _apply(session, told, now=now)
    paid = list_paid(session, [event.gift_id for _, event, _ in others if event.gift_id])
    for row, event, handler in others:
        if event.gift_id in paid:
            finish(row, "done", now=now)
        elif now < event.received_at + handler.patience:
            row.due_at = event.received_at + handler.patience
        else:
            row.move_to("asking")
            row.due_at = now
    return {event.office_id for _, event in opened if event.type.startswith(WAKING)}


def _apply(session: Session, told: Iterable[Opened], *, now: datetime) -> None:
    """What payments are told, each gift's once."""
    rows, payments = [], []
    for row, event in told:
        handler = find_handler(event.type)
        payment = handler.tell(event) if handler and handler.tell else None
        if payment is None:
            finish(row, "done", now=now)
        else:
            rows.append(row)
            payments.append(payment)
    refusals = giving.apply_payments(session, payments, now=now)
    for row, refusal in zip(rows, refusals, strict=True):
        if refusal is None:
            finish(row, "done", now=now)
        else:
            log.warning("event_failed", stripe_event=row.event_id, error=refusal.code)
            fail(row, refusal.code, now=now)
