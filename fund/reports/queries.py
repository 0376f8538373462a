"""Figures about the fund for everyone: from the books, of no single person, delayed and rounded."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund import clock
from fund.ledger import queries as ledger
from fund.ledger.models import Account, BalanceShard, Journal
from fund.money import Money

# A count below this could point at somebody, so it is not shown; larger ones are rounded down to
# a multiple of it.
SMALLEST_COUNT = 5


@dataclass(frozen=True)
class PublicFigures:
    """`paid` counts grant payments from 1 January until `paid_until`; None while it is too small.

    `fee_shares` is the lowest and the highest part of the gifts, by currency of the receiving
    office, that went to payment fees; None while there are none.
    """

    held: Money
    paid: int | None
    paid_until: date
    fee_shares: tuple[Decimal, Decimal] | None


def get_public_figures(session: Session, *, now: datetime) -> PublicFigures:
    """What the front page shows. Payments count up to the end of last month only."""
    today = clock.bangkok_day(now)
    until = today.replace(day=1) - timedelta(days=1)
    return PublicFigures(
        held=ledger.total_cash(session),
        paid=rounded_down(_count_payments(session, until.replace(month=1, day=1), until)),
        paid_until=until,
        fee_shares=_fee_shares(session),
    )


def rounded_down(count: int) -> int | None:
    """The count as it may be published; None if it is too small for that."""
    return count // SMALLEST_COUNT * SMALLEST_COUNT or None


def _count_payments(session: Session, first: date, last: date) -> int:
    rows = session.execute(
        select(Journal.kind, func.count())
        .where(
            Journal.effective_on.between(first, last),
            Journal.kind.in_(("payment_sent", "payment_returned")),
        )
        .group_by(Journal.kind)
    )
    counts: dict[str, int] = {row.kind: row[1] for row in rows}
    return max(counts.get("payment_sent", 0) - counts.get("payment_returned", 0), 0)


def _fee_shares(session: Session) -> tuple[Decimal, Decimal] | None:
    net = func.sum(BalanceShard.debits - BalanceShard.credits)
    rows = session.execute(
        select(Account.currency, Account.role, net)
        .join(BalanceShard, BalanceShard.account_id == Account.id)
        .where(Account.role.in_(("processing_fees", "contributions")))
        .group_by(Account.currency, Account.role)
    )
    by_role: dict[tuple[str, str], int] = {(c, role): int(balance) for c, role, balance in rows}
    shares = [
        Decimal(fees) / Decimal(-by_role[currency, "contributions"])
        for (currency, role), fees in by_role.items()
        if role == "processing_fees"
        and fees > 0
        and by_role.get((currency, "contributions"), 0) < 0
    ]
    return (min(shares), max(shares)) if shares else None
