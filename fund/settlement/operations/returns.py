"""What goes back of gifts is told to them, so that their receipts say it too."""

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.db import reading, transaction
from fund.errors import Refused
from fund.giving import operations as giving
from fund.giving.models import Gift
from fund.ledger.queries import get_office
from fund.permissions import SYSTEM
from fund.settlement.models import BalanceTransaction

log = structlog.get_logger(__name__)


def tell_gifts(office_code: str, *, now: datetime) -> None:
    """What went back of gifts is told to them, each in a transaction of its own: a gift's receipt
    is locked for it, and that is no place to wait while many lines are booked."""
    with reading() as session:
        office = get_office(session, office_code)
        ids = session.scalars(
            select(BalanceTransaction.id)
            .where(BalanceTransaction.is_return_due, BalanceTransaction.office_id == office.id)
            # A refund before its failure, of one second too: each has its correction.
            .order_by(BalanceTransaction.happened_at, BalanceTransaction.amount_minor)
        ).all()
    for line_id in ids:
        try:
            with transaction() as session:
                _tell_gift(session, line_id, now=now)
        except Refused as error:  # more went back than was given: a person has to see why
            log.warning("return_refused", transaction=line_id, error=error.code)
            with transaction() as session:
                line = session.get_one(BalanceTransaction, line_id, with_for_update=True)
                line.is_return_due, line.error = False, error.code


def _tell_gift(session: Session, line_id: str, *, now: datetime) -> None:
    line = session.get_one(BalanceTransaction, line_id, with_for_update=True)
    presented = line.presented
    gift = session.get(Gift, line.gift_id) if line.gift_id else None
    if gift is not None and gift.state != "paid":
        return  # its receipt comes first, so that each return has its correction
    if line.is_return_due and gift is not None and presented is not None:
        is_failure = line.category == "refund_failure"
        giving.record_return(
            session,
            gift,
            kind="refund_failed" if is_failure else "refund",
            source=f"{line.source_id}:failed" if is_failure else str(line.source_id),
            amount_minor=-presented.amount_minor if is_failure else presented.amount_minor,
            happened_on=line.happened_on,
            actor=SYSTEM,
            now=now,
        )
    line.is_return_due = False
