"""What is read about the lines of Stripe's balance."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fund.db import PAGE
from fund.giving.models import Gift
from fund.ledger.journals import GIFTS
from fund.ledger.models import Journal, Office
from fund.settlement.models import BalanceTransaction


def list_unclassified(session: Session) -> list[BalanceTransaction]:
    """Lines of Stripe's balance that are not in the books, newest first."""
    query = (
        select(BalanceTransaction)
        .where(BalanceTransaction.state == "unclassified")
        .order_by(BalanceTransaction.happened_at.desc())
    )
    return list(session.scalars(query.limit(PAGE)))


def list_on_the_way(session: Session) -> list[BalanceTransaction]:
    """Payouts that left Stripe and were not yet found at the bank, oldest first."""
    query = (
        select(BalanceTransaction)
        .where(
            BalanceTransaction.category == "payout",
            BalanceTransaction.state == "posted",
            BalanceTransaction.arrived_on.is_(None),
        )
        .order_by(BalanceTransaction.happened_at)
    )
    return list(session.scalars(query.limit(PAGE)))


def list_transactions_of(session: Session, gift_id: UUID) -> list[BalanceTransaction]:
    """What a gift did to the Stripe balance, oldest first."""
    query = select(BalanceTransaction).where(BalanceTransaction.gift_id == gift_id)
    return list(session.scalars(query.order_by(BalanceTransaction.happened_at)))


def list_journals_of(
    session: Session, gift: Gift, office: Office, transactions: Sequence[BalanceTransaction]
) -> list[Journal]:
    """The journals in which the gift stands, oldest first."""
    keys = [key for t in transactions for key in (t.id, f"{t.id}:available")]
    of_stripe = (Journal.source == f"stripe:{office.code}") & Journal.idempotency_key.in_(keys)
    of_bank = (Journal.source == GIFTS) & (Journal.idempotency_key == str(gift.id))
    return list(
        session.scalars(select(Journal).where(or_(of_stripe, of_bank)).order_by(Journal.id))
    )
