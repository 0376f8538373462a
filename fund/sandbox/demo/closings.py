"""Months that finance closed, one after another, as it does: five weeks after their last day."""

from datetime import date, datetime, timedelta
from functools import partial

from fund.bookkeeping.unreconciled import list_unreconciled
from fund.ledger import operations as ledger
from fund.ledger.queries import find_last_period
from fund.sandbox.demo.world import World

LATER = timedelta(days=8)
REASON = (
    "Left in the last days of the month and arrived in the first days of the next,"
    " as the bank's statement shows."
)


def plan_closings(world: World, start: datetime) -> None:
    """From the month in which the books began; a month is named and looked through a week after
    it, and closed when the next one is."""
    for last_on in world.month_ends(start):
        world.plan(world.on(last_on + LATER, 15), partial(_begin, world, last_on))


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
