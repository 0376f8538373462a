"""From Stripe's events and balance transactions to gifts and books."""

from datetime import datetime

from fund.settlement.operations.asking import ask_stripe
from fund.settlement.operations.draining import BATCH, work_off
from fund.settlement.operations.events import Event
from fund.settlement.operations.feed import pull_feed, pull_woken, wake
from fund.settlement.operations.inbox import retry_event
from fund.settlement.operations.payouts import note_arrival, record_arrival
from fund.settlement.operations.sweeping import sweep


def drain(*, now: datetime) -> int:
    """Work off all that is due, and ask Stripe where that is needed; how many events there were."""
    return work_off(now=now) + ask_stripe(now=now)


__all__ = [
    "BATCH",
    "Event",
    "ask_stripe",
    "drain",
    "note_arrival",
    "pull_feed",
    "pull_woken",
    "record_arrival",
    "retry_event",
    "sweep",
    "wake",
    "work_off",
]
