"""What every account was worth at the end of any day, or moved between two days."""

from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from fund.ledger.models import BalanceShard, Journal, Transfer

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
    booked = (
        select(Transfer)
        .join(Journal, Journal.id == Transfer.journal_id)
        .where(Journal.effective_on.between(first, last))
        .cte("booked")
    )
    sides = union_all(
        select(
            booked.c.debit_account_id.label("account_id"),
            booked.c.amount_minor.label("debit"),
            literal(0).label("credit"),
        ),
        select(booked.c.credit_account_id, literal(0), booked.c.amount_minor),
    ).subquery()
    return _totals(
        session,
        select(sides.c.account_id, func.sum(sides.c.debit), func.sum(sides.c.credit)).group_by(
            sides.c.account_id
        ),
    )


def _totals(session: Session, query: Select[UUID, int, int]) -> Totals:
    return {account: (int(debit), int(credit)) for account, debit, credit in session.execute(query)}
