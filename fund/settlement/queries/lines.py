"""What is read about the lines of Stripe's balance."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from fund.db import PAGE
from fund.giving.models import Gift
from fund.ledger.journals import GIFTS
from fund.ledger.models import Journal, Office
from fund.money import Money
from fund.settlement.models import BalanceTransaction

# A line may wait so long for what it belongs to before anybody is asked to look.
PATIENCE = timedelta(hours=1)


def list_not_booked(session: Session) -> list[BalanceTransaction]:
    """Lines of Stripe's balance that are not in the books, newest first."""
    query = (
        select(BalanceTransaction)
        .where(BalanceTransaction.state.in_(["waiting", "unclassified"]))
        .order_by(BalanceTransaction.happened_at.desc())
    )
    return list(session.scalars(query.limit(PAGE)))


def count_to_look_at(session: Session, *, now: datetime) -> int:
    """How many of them no longer come right by themselves."""
    line = BalanceTransaction
    is_stuck = or_(line.state == "unclassified", line.seen_at < now - PATIENCE)
    query = select(func.count()).where(line.state.in_(["waiting", "unclassified"]), is_stuck)
    return session.scalars(query).one()


def list_on_the_way(session: Session) -> list[BalanceTransaction]:
    """Payouts that left Stripe, were not yet found at the bank and did not fail, oldest first."""
    line, back = BalanceTransaction, aliased(BalanceTransaction)
    query = (
        select(line)
        .where(
            line.category == "payout",
            line.state == "posted",
            line.arrived_on.is_(None),
            ~exists().where(back.source_id == line.source_id, back.category == "payout_reversal"),
        )
        .order_by(line.happened_at)
    )
    return list(session.scalars(query.limit(PAGE)))


def list_transactions_of(session: Session, gift_id: UUID) -> list[BalanceTransaction]:
    """What a gift did to the Stripe balance, oldest first."""
    query = select(BalanceTransaction).where(BalanceTransaction.gift_id == gift_id)
    return list(session.scalars(query.order_by(BalanceTransaction.happened_at)))


def find_fee_of(session: Session, gift_id: UUID) -> Money | None:
    """What Stripe took for the gift's payment; None as long as its balance does not tell."""
    lines = list_transactions_of(session, gift_id)
    return next((line.fee for line in lines if line.category == "charge"), None)


def list_journals_of(
    session: Session, gift: Gift, office: Office, transactions: Sequence[BalanceTransaction]
) -> list[Journal]:
    """The journals in which the gift stands, oldest first."""
    keys = [key for t in transactions for key in (t.id, f"{t.id}:available", f"{t.id}:fee")]
    of_stripe = (Journal.source == f"stripe:{office.code}") & Journal.idempotency_key.in_(keys)
    of_bank = (Journal.source == GIFTS) & (Journal.idempotency_key == str(gift.id))
    return list(
        session.scalars(select(Journal).where(or_(of_stripe, of_bank)).order_by(Journal.id))
    )
