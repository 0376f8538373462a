"""Finance's view of what Stripe told us, and what became of one gift."""

from fund.settlement.views import doubts, gift, inbox, metrics, my_gift, refunds, strays, thanks
from fund.settlement.views.room import NAVIGATION, blueprint
from fund.settlement.views.webhook import Webhooks

__all__ = [
    "NAVIGATION",
    "Webhooks",
    "blueprint",
    "doubts",
    "gift",
    "inbox",
    "metrics",
    "my_gift",
    "refunds",
    "strays",
    "thanks",
]
