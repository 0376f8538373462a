"""From Stripe's events and balance transactions to gifts and books."""

from fund.settlement.operations.draining import BATCH, drain
from fund.settlement.operations.feed import pull_feed, pull_woken, wake
from fund.settlement.operations.inbox import receive, retry_event
from fund.settlement.operations.payouts import note_arrival, record_arrival
from fund.settlement.operations.sweeping import sweep

__all__ = [
    "BATCH",
    "drain",
    "note_arrival",
    "pull_feed",
    "pull_woken",
    "receive",
    "record_arrival",
    "retry_event",
    "sweep",
    "wake",
]
