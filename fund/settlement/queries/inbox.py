"""What is read about Stripe's events."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund.db import PAGE, Page, page_of
from fund.giving.queries import list_card_offices
from fund.ledger.models import Office
from fund.settlement.models import Feed, InboxEvent

# How late an event may be before it counts as one whose webhook never came.
LATE = timedelta(minutes=10)


@dataclass(frozen=True)
class OfficeHearing:
    """When Stripe was last heard for an office; `is_silent` if only the sweep hears it since."""

    office: Office
    heard_at: datetime | None
    pulled_at: datetime | None
    is_silent: bool


def list_events(session: Session, *, before: UUID | None = None) -> Page[InboxEvent]:
    """Events, newest first; `before` is the last id seen."""
    return Page(session.scalars(page_of(select(InboxEvent), InboxEvent.id, before)))


def list_failed(session: Session) -> list[InboxEvent]:
    """Events that failed and are still to be done, oldest first."""
    query = select(InboxEvent).where(InboxEvent.state == "failed").order_by(InboxEvent.id)
    return list(session.scalars(query.limit(PAGE)))


def list_hearing(session: Session) -> list[OfficeHearing]:
    """Each office that has a Stripe account, and whether its webhooks still come."""
    newest = select(InboxEvent.office_id, func.max(InboxEvent.received_at)).group_by(
        InboxEvent.office_id
    )
    heard = dict(session.execute(newest.where(InboxEvent.way == "webhook")).all())
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
