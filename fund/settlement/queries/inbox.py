"""What is read about Stripe's events."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from fund.db import PAGE, Page, page_of
from fund.errors import NotFound
from fund.giving.models import Gift
from fund.giving.queries import list_card_offices
from fund.ledger.models import Office
from fund.settlement.models import BalanceTransaction, Feed, InboxEvent

# How late an event may be before it counts as one whose webhook never came.
LATE = timedelta(minutes=10)
# How long Stripe may say nothing while people give.
SILENCE_HOURS = 3
SILENCE = timedelta(hours=SILENCE_HOURS)


@dataclass(frozen=True)
class OfficeHearing:
    """When Stripe was last heard for an office; `is_silent` if only the sweep hears it since."""

    office: Office
    heard_at: datetime | None
    pulled_at: datetime | None
    is_silent: bool


def list_events(
    session: Session, *, state: str = "", kind: str = "", before: UUID | None = None
) -> Page[InboxEvent]:
    """Events, newest first: of a state, and of types that begin so, if given; `before` is the last
    id seen."""
    query = select(InboxEvent).where(InboxEvent.type.startswith(kind, autoescape=True))
    if state:
        query = query.where(InboxEvent.state == state)
    return Page(session.scalars(page_of(query, InboxEvent.id, before)))


def get_event(session: Session, event_id: UUID) -> InboxEvent:
    """One event. Raises NotFound."""
    event = session.get(InboxEvent, event_id)
    if event is None:
        raise NotFound
    return event


def count_errors(session: Session) -> list[tuple[str, int]]:
    """Why events failed, and how many did for each reason; the commonest first."""
    query = (
        select(InboxEvent.error, func.count())
        .where(InboxEvent.state == "failed")
        .group_by(InboxEvent.error)
        .order_by(func.count().desc(), InboxEvent.error)
    )
    return [(error or "", count) for error, count in session.execute(query)]


def list_unheard(session: Session, *, now: datetime) -> list[Office]:
    """The offices for which no webhook came for hours, although people are about to give there or
    Stripe's balance moved."""
    return [
        office
        for office, heard_at in list_heard(session)
        if (heard_at is None or now - heard_at > SILENCE) and _is_at_work(session, office, now)
    ]


def list_heard(session: Session) -> list[tuple[Office, datetime | None]]:
    """Each office that has a Stripe account, and when its last webhook came."""
    last = select(InboxEvent.received_at).where(InboxEvent.way == "webhook")
    last = last.order_by(InboxEvent.received_at.desc()).limit(1)
    return [
        (office, session.scalar(last.where(InboxEvent.office_id == office.id)))
        for office in list_card_offices(session)
    ]


def _is_at_work(session: Session, office: Office, now: datetime) -> bool:
    """Whether something happened there lately of which Stripe would have written."""
    since, until = now - SILENCE, now - LATE
    gifts = exists().where(
        Gift.office_id == office.id,
        Gift.state.in_(["open", "processing"]),
        Gift.stripe_session_id.is_not(None),
        Gift.created_at.between(since, until),
    )
    lines = exists().where(
        BalanceTransaction.office_id == office.id,
        BalanceTransaction.category == "charge",
        BalanceTransaction.happened_at.between(since, until),
    )
    return bool(session.scalar(select(gifts | lines)))


def list_failed(session: Session) -> list[InboxEvent]:
    """Events that failed and are still to be done, oldest first."""
    query = select(InboxEvent).where(InboxEvent.state == "failed").order_by(InboxEvent.id)
    return list(session.scalars(query.limit(PAGE)))


def list_hearing(session: Session) -> list[OfficeHearing]:
    """Each office that has a Stripe account, and whether its webhooks still come."""
    newest = select(InboxEvent.office_id, func.max(InboxEvent.received_at)).group_by(
        InboxEvent.office_id
    )
    heard = {office.id: at for office, at in list_heard(session) if at is not None}
    was_late = InboxEvent.received_at - InboxEvent.happened_at > LATE
    missed = dict(session.execute(newest.where(InboxEvent.way == "sweep", was_late)).all())
    pulled = dict(session.execute(select(Feed.office_id, Feed.pulled_at)).all())
    return [
        OfficeHearing(
            office,
            heard.get(office.id),
            pulled.get(office.id),
            is_silent=office.id in missed
            and (office.id not in heard or heard[office.id] < missed[office.id]),
        )
        for office in list_card_offices(session)
    ]
