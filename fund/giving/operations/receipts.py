"""Receipts that should be there and are not."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from fund.giving import queries, receipts
from fund.giving.operations.gifts import lock_gift
from fund.permissions import SYSTEM


def heal_receipt(session: Session, gift_id: UUID, *, now: datetime) -> None:
    """Give a paid gift the receipt, or the correction, that it lacks."""
    gift = lock_gift(session, gift_id)
    if gift.state != "paid" or gift.has_outside_receipt:
        return
    if queries.find_last_receipt(session, gift_id) is None:
        receipts.issue(session, [gift], actor=SYSTEM, now=now)
    receipts.correct(session, [gift], actor=SYSTEM, now=now)
