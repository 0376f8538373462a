"""Test clocks: billing of some customers at a time of their own (Stripe page "Test clocks").

What is billed has the clock's time; money and events have the account's, so that the balance
never holds a line from the future.
"""

from ..errors import StripeError
from ..ids import new_id
from ..scope import Scope
from ..state import Doc, Page
from . import cycle, subscriptions
from .calendar import boundary

_KEPT_SECONDS = 30 * 86_400
_INTERVALS_AHEAD = 2
_TWO_YEARS = {"interval": "year", "interval_count": 2}


def new_clock(scope: Scope, frozen_time: int, name: str | None) -> Doc:
    clock = scope.put(
        {
            "id": new_id("clock"),
            "object": "test_helpers.test_clock",
            "created": scope.now,
            "deletes_after": scope.now + _KEPT_SECONDS,
            "frozen_time": frozen_time,
            "livemode": False,
            "name": name,
            "status": "ready",
            "status_details": {},
        }
    )
    scope.emit("test_helpers.test_clock.created", clock)
    return clock


def advance(scope: Scope, clock: Doc, target: int) -> Doc:
    """Set out for `target`; the clock is `advancing` until all on the way has happened."""
    if clock["status"] != "ready":
        raise StripeError("The test clock is already advancing.", param="frozen_time")
    if target <= clock["frozen_time"]:
        raise StripeError(
            "You cannot advance a test clock to a time before its current frozen time.",
            param="frozen_time",
        )
    if target > _farthest(scope, clock):
        raise StripeError(
            "You cannot advance more than two intervals from the current frozen time of the"
            " shortest subscription of this test clock.",
            param="frozen_time",
        )
    scope.change(
        clock,
        "test_helpers.test_clock.advancing",
        status="advancing",
        status_details={"advancing": {"target_frozen_time": target}},
    )
    scope.store.add_errand(scope.account.id, scope.clock(), "advance", clock["id"])
    return clock


def arrive(scope: Scope, clock_id: str) -> None:
    """Let everything happen up to where the clock is going, each thing at its own moment."""
    clock = scope.find(clock_id)
    if clock is None or clock.get("deleted"):
        return
    target = clock["status_details"]["advancing"]["target_frozen_time"]
    while (due := scope.store.find_due(scope.account.id, target, clock_id)) is not None:
        moment = max(int(due["_due_at"]), clock["frozen_time"])
        scope.change(clock, frozen_time=moment)
        cycle.step(scope, due, at=moment)
    scope.change(
        clock,
        "test_helpers.test_clock.ready",
        frozen_time=target,
        status="ready",
        status_details={},
    )


def list_customers(scope: Scope, clock_id: str) -> list[Doc]:
    ours = Page(limit=100, filters={"test_clock": clock_id})
    return scope.store.list_page(scope.account.id, "customer", ours)[0]


def _farthest(scope: Scope, clock: Doc) -> int:
    now = clock["frozen_time"]
    ends = [
        boundary(now, {**price["recurring"], "interval_count": count * _INTERVALS_AHEAD}, now)
        for customer in list_customers(scope, clock["id"])
        for subscription in subscriptions.list_live_of(scope, customer["id"])
        for price in [subscriptions.item_of(subscription)["price"]]
        for count in [price["recurring"]["interval_count"]]
    ]
    return min(ends, default=boundary(now, _TWO_YEARS, now))
