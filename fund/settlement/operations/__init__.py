"""From Stripe's events and balance transactions to gifts and books."""

from fund.settlement.operations.feed import pull_feed, pull_woken, wake
from fund.settlement.operations.inbox import BATCH, drain, receive, retry_event, sweep
from fund.settlement.operations.payouts import record_arrival

__all__ = [
    "BATCH",
    "drain",
    "pull_feed",
    "pull_woken",
    "receive",
    "record_arrival",
    "retry_event",
    "sweep",
    "wake",
]
