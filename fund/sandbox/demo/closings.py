"""Months that finance closed, one after another, as it does: five weeks after their last day."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from functools import partial

from fund.bookkeeping.unreconciled import list_unreconciled
from fund.clock import BANGKOK, bangkok_day
from fund.ledger import operations as ledger
from fund.ledger.queries import find_last_period
from fund.sandbox.demo.world import World

DAY_OF_MONTH = 8
REASON = (
    "Left in the last days of the month and arrived in the first days of the next,"
    " as the bank's statement shows."
)


def plan_closings(world: World, start: datetime) -> None:
    """From the month in which the books began; a month is named and looked through a week after
    it, and closed when the next one is."""
    month = bangkok_day(start).replace(day=1)
    while month <= bangkok_day(world.now):
        after = _next(month)
        world.plan(_working(after), partial(_begin, world, after - timedelta(days=1)))
        month = after


def _begin(world: World, last_on: date, at: datetime) -> None:
    """Close the month before, and begin with this one."""
    with world.acting("finance", at) as (session, actor):
        before = find_last_period(session)
        if before is not None:
            found = list_unreconciled(session, before.last_on)
            ledger.close_period(
                session,
                before.id,
                reason=REASON if found else None,
                unreconciled=found,
                actor=actor,
                now=at,
            )
    with world.acting("finance", at) as (session, actor):
        period_id = ledger.open_period(session, last_on, actor=actor, now=at)
        ledger.begin_closing(session, period_id, actor=actor, now=at)


def _next(month: date) -> date:
    return month + timedelta(days=monthrange(month.year, month.month)[1])


def _working(month: date) -> datetime:
    return datetime.combine(month.replace(day=DAY_OF_MONTH), time(15, 30), BANGKOK)
