"""From Stripe's events and balance transactions to gifts and books."""

from datetime import datetime

from fund.settlement.operations.asking import ask_stripe
from fund.settlement.operations.doubts import keep_gift, note_dispute
from fund.settlement.operations.draining import BATCH, work_off
from fund.settlement.operations.events import Event
from fund.settlement.operations.feed import note_silence, pull_feed, pull_woken, wake
from fund.settlement.operations.inbox import (
    replay_event,
    replay_since,
    retry_event,
    retry_failed,
)
from fund.settlement.operations.payouts import note_arrival, record_arrival
from fund.settlement.operations.refund_sending import send_refund
from fund.settlement.operations.refunds import (
    approve_refund,
    ask_refund,
    can_ask,
    can_decide,
    decline_refund,
    find_limit,
    set_refund_limit,
    settle_otherwise,
)
from fund.settlement.operations.sweeping import pay_untold, sweep


def drain(*, now: datetime) -> int:
    """Work off all that is due, and ask Stripe where that is needed; how many events there were."""
    return work_off(now=now) + ask_stripe(now=now)


__all__ = [
    "BATCH",
    "Event",
    "approve_refund",
    "ask_refund",
    "ask_stripe",
    "can_ask",
    "can_decide",
    "decline_refund",
    "drain",
    "find_limit",
    "keep_gift",
    "note_arrival",
    "note_dispute",
    "note_silence",
    "pay_untold",
    "pull_feed",
    "pull_woken",
    "record_arrival",
    "replay_event",
    "replay_since",
    "retry_event",
    "retry_failed",
    "send_refund",
    "set_refund_limit",
    "settle_otherwise",
    "sweep",
    "wake",
    "work_off",
]
