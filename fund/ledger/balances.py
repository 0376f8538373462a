"""What every account was worth at the end of any day, or moved between two days.

Days are added up ahead by a job (`tasks.roll_up_days`); what it has not seen yet is added here, so
the answer is the same whether it has run or not.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Select, Uuid, column, func, select
from sqlalchemy.orm import Session

from fund.ledger.models import BalanceShard

# Account -> debits and credits, in minor units of the account's currency.
Totals = dict[UUID, tuple[int, int]]


def totals_at(session: Session, day: date | None = None) -> Totals:
    """Debits and credits of every account that ever moved, to the end of `day`; None: to now.

    A journal counts on the day that it is booked on (`effective_on`).
    """
    if day is None:
        return _totals(
            session,
            select(
                BalanceShard.account_id,
                func.sum(BalanceShard.debits),
                func.sum(BalanceShard.credits),
            ).group_by(BalanceShard.account_id),
        )
    return totals_between(session, date.min, day)


def totals_between(session: Session, first: date, last: date) -> Totals:
    """Debits and credits of every account that moved from `first` to `last`, both included."""
    moved = func.ledger.totals_between(first, last).table_valued(
        column("account_id", Uuid()),
        column("debits", BigInteger()),
        column("credits", BigInteger()),
    )
    return _totals(session, select(moved.c.account_id, moved.c.debits, moved.c.credits))


def _totals(session: Session, query: Select[UUID, int, int]) -> Totals:
    return {account: (int(debit), int(credit)) for account, debit, credit in session.execute(query)}
