"""What was promised for a later moment, by the name under which it is kept."""

from collections.abc import Callable, Mapping

from . import disputing, paying_out, refunding
from .billing import clocks
from .payments import settle_late
from .resources import alerts
from .scope import Scope

ACTS: Mapping[str, Callable[[Scope, str], object]] = {
    "settle": settle_late,
    "dispute": disputing.open_,
    "dispute_not_received": lambda scope, charge: disputing.open_(
        scope, charge, "product_not_received"
    ),
    "inquire": lambda scope, charge: disputing.open_(scope, charge, is_inquiry=True),
    "dispute_twice": disputing.open_twice,
    "warn": alerts.warn,
    "review": alerts.open_review,
    "refund_succeed": refunding.succeed,
    "refund_fail": refunding.fail,
    "advance": clocks.arrive,
    "payout_reconcile": paying_out.reconcile,
}
