"""What a pledge waits for."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import GiftFailed
from fund.giving.models import Gift, Plan
from fund.giving.offices import PROMPTPAY
from fund.permissions import SYSTEM


def drop_waiting(session: Session, plan: Plan, *, now: datetime) -> None:
    """Wait no longer for what the pledge asked for; if it is paid all the same, it is a gift."""
    waiting = (
        select(Gift)
        .where(Gift.plan_id == plan.id, Gift.method == PROMPTPAY, Gift.state == "open")
        .with_for_update(key_share=True)
    )
    for gift in session.scalars(waiting):
        gift.move_to("expired")
        audit.record(
            session, GiftFailed(subject_id=gift.id, reason="expired"), actor=SYSTEM, now=now
        )
