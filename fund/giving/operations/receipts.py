"""Receipts that should be there and are not."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from fund.giving import queries, receipts
from fund.giving.operations.gifts import lock_gift
from fund.ledger.models import Fund, Office
from fund.permissions import SYSTEM


def heal_receipt(session: Session, gift_id: UUID, *, now: datetime) -> None:
    """Give a paid gift the receipt, or the correction, that it lacks."""
    gift = lock_gift(session, gift_id)
    if gift.state != "paid":
        return
    if queries.find_last_receipt(session, gift_id) is None:
        receipts.issue(session, [gift], actor=SYSTEM, now=now)
    office, fund = session.get_one(Office, gift.office_id), session.get_one(Fund, gift.fund_id)
    receipts.correct(session, gift, office=office, fund=fund, actor=SYSTEM, now=now)
