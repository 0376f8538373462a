"""What is read about subscriptions that no plan knows of."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund.db import PAGE
from fund.giving.models import StraySubscription


def list_strays(session: Session, *, is_noted: bool) -> Sequence[StraySubscription]:
    """Those that finance saw to, or did not yet; newest first."""
    wanted = StraySubscription.noted_at.is_not(None) == is_noted
    query = select(StraySubscription).where(wanted)
    return session.scalars(query.order_by(StraySubscription.found_at.desc()).limit(PAGE)).all()


def count_strays(session: Session) -> int:
    """How many finance did not see to yet."""
    waiting = StraySubscription.noted_at.is_(None)
    return session.scalar(select(func.count()).where(waiting)) or 0
