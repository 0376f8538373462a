"""What Stripe told us: events as they came, and balance transactions, the source of the books."""

from fund.settlement.models.days import BalanceDay, Explanation
from fund.settlement.models.doubts import Alert, Dispute
from fund.settlement.models.feed import BalanceTransaction, Feed
from fund.settlement.models.inbox import Asked, InboxEvent
from fund.settlement.models.refunds import Refund, RefundLimit

__all__ = [
    "Alert",
    "Asked",
    "BalanceDay",
    "BalanceTransaction",
    "Dispute",
    "Explanation",
    "Feed",
    "InboxEvent",
    "Refund",
    "RefundLimit",
]
