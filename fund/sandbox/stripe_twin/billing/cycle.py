"""Time passes: periods end, drafts are finalized, failed payments are tried again."""

from ..errors import StripeError
from ..scope import Scope
from ..state import Doc
from . import collecting, ending, invoices, subscriptions
from .calendar import boundary


def run_due(scope: Scope) -> None:
    """All that is due on the account's own time, in its order, as of now."""
    while (due := scope.store.find_due(scope.account.id, scope.now, None)) is not None:
        step(scope, due, at=scope.now)


def step(scope: Scope, due: Doc, *, at: int) -> None:
    """The one thing that is due for a subscription or an invoice."""
    if due["object"] == "subscription":
        _turn(scope, due, at)
    elif due["status"] == "draft":
        invoices.finalize(scope, due, at=at)
        if due["status"] == "open":
            collecting.attempt(scope, due, at=at, is_automatic=True)
    else:
        collecting.attempt(scope, due, at=at, is_automatic=True)


def bring_forward(scope: Scope, subscription: Doc) -> Doc:
    """As if the next payment's day were today: the past is moved back, and the day comes."""
    if subscription["test_clock"] is not None:
        raise StripeError("This subscription has a test clock: advance that.")
    item = dict(subscriptions.item_of(subscription))
    by = item["current_period_end"] - scope.now
    item["current_period_start"] -= by
    item["current_period_end"] = scope.now
    subscription["billing_cycle_anchor"] = scope.now
    subscription["start_date"] -= by
    if subscription["status"] == "trialing":
        subscription["trial_start"] -= by
        subscription["trial_end"] = scope.now
    subscriptions.save(scope, subscription, item)
    step(scope, subscription, at=scope.now)
    invoice = scope.find(subscription["latest_invoice"])
    if invoice is not None and invoice["status"] == "draft":
        step(scope, invoice, at=scope.now)
    return scope.get("subscription", subscription["id"], param="subscription")


def _turn(scope: Scope, subscription: Doc, at: int) -> None:
    """Payment goes on after a pause, the subscription ends, or a new period begins."""
    item = dict(subscriptions.item_of(subscription))
    ends = item["current_period_end"]
    paused = subscription["pause_collection"]
    if paused is not None and paused["resumes_at"] is not None and paused["resumes_at"] <= ends:
        subscriptions.change(scope, subscription, pause_collection=None)
        return
    if subscription["cancel_at_period_end"]:
        ending.end(scope, subscription, reason="cancellation_requested", at=at)
        return
    anchor = subscription["billing_cycle_anchor"]
    item["current_period_start"] = ends
    item["current_period_end"] = boundary(anchor, item["price"]["recurring"], ends)
    invoice = invoices.draft(scope, subscription, item, reason="subscription_cycle", at=at)
    is_trial_over = subscription["status"] == "trialing"
    subscriptions.change(
        scope,
        subscription,
        item=item,
        latest_invoice=invoice["id"],
        status="active" if is_trial_over else subscription["status"],
    )
    if paused is not None:
        invoices.void(scope, invoice, at=at)
