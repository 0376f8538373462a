"""What is read about refunds."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.db import PAGE, Page, page_of
from fund.giving.models import Gift
from fund.giving.queries import list_card_offices
from fund.ledger.models import Office
from fund.money import Money
from fund.settlement.models import Refund
from fund.settlement.operations.refunds import find_limit

ENDED = ("declined", "refused", "succeeded")
CAME_BACK = ("failed", "canceled")


def list_open_refunds(session: Session) -> Sequence[Refund]:
    """Refunds that wait for somebody or are on their way, oldest first."""
    query = select(Refund).where(Refund.settled_at.is_(None), Refund.state.not_in(ENDED))
    return session.scalars(query.order_by(Refund.id).limit(PAGE)).all()


def list_refunds(session: Session, *, before: UUID | None = None) -> Page[Refund]:
    """All refunds, newest first; `before` is the last id seen."""
    return Page(session.scalars(page_of(select(Refund), Refund.id, before)))


def list_refunds_of(session: Session, gift_id: UUID) -> Sequence[Refund]:
    """A gift's refunds, oldest first."""
    return session.scalars(
        select(Refund).where(Refund.gift_id == gift_id).order_by(Refund.id)
    ).all()


def refundable(session: Session, gift: Gift) -> Money:
    """What of a gift is left to give back."""
    gone = sum(
        refund.amount_minor
        for refund in list_refunds_of(session, gift.id)
        if refund.state not in ("declined", "refused", *CAME_BACK)
    )
    return Money(gift.amount_minor - gone, gift.currency)


def list_limits(session: Session, *, now: datetime) -> list[tuple[Office, Money | None]]:
    """Each office with Stripe, and how much one person may give back alone."""
    limits = []
    for office in list_card_offices(session):
        limit = find_limit(session, office.id, now=now)
        limits.append((office, Money(limit.alone_minor, office.currency) if limit else None))
    return limits
