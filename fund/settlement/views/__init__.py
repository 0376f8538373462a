"""Stripe's webhook, finance's view of it, and what became of one gift."""

from fund.settlement.views import gift, inbox, webhook
from fund.settlement.views.room import NAVIGATION, blueprint

__all__ = ["NAVIGATION", "blueprint", "gift", "inbox", "webhook"]
