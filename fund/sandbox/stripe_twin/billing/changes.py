"""What a donor may change: the day, the price, the card, a pause, the end."""

from typing import Any

from ..errors import StripeError
from ..params import merged
from ..resources.payment_methods import get_own
from ..resources.products import new_price
from ..scope import Scope
from ..state import Doc
from . import cycle, ending, invoices, subscriptions
from .calendar import boundary
from .trials import trial

_PRORATION = (
    "The practice Stripe works out no prorations: send proration_behavior=none with this change."
)


def update(scope: Scope, subscription: Doc, params: Doc) -> Doc:
    """All of `params` or none of them; a moved day makes an invoice at once."""
    at = subscriptions.moment_of(scope, subscription)
    changes: Doc = {}
    if "metadata" in params:
        old = subscription["metadata"] if params["metadata"] else {}
        changes["metadata"] = merged(old, params["metadata"])
    if "description" in params:
        changes["description"] = params["description"]
    if "default_payment_method" in params:
        method = get_own(
            scope,
            subscription["customer"],
            params["default_payment_method"],
            param="default_payment_method",
        )
        changes["default_payment_method"] = method["id"]
    if "pause_collection" in params:
        changes["pause_collection"] = _pause(params["pause_collection"], at)
    if "cancel_at_period_end" in params:
        changes |= _cancellation(subscription, at, is_asked=params["cancel_at_period_end"])
    item = _changed_item(scope, subscription, params)
    moves = _moved(item, params, at)
    invoice = None
    if moves:
        amount = 0 if "trial_end" in params else None
        invoice = invoices.draft(
            scope, subscription, item, reason="subscription_update", at=at, amount=amount
        )
        changes |= {**moves, "latest_invoice": invoice["id"]}
    subscriptions.change(scope, subscription, item=item, **changes)
    if invoice is not None:
        cycle.step(scope, invoice, at=at)
    # A card that refused has changed it once more.
    return scope.get("subscription", subscription["id"], param="id")


def change_item(scope: Scope, subscription: Doc, params: Doc) -> Doc:
    """The item's new price counts from the next invoice on; returns the item."""
    item = _repriced(scope, subscription, dict(subscriptions.item_of(subscription)), params)
    subscriptions.change(scope, subscription, item=item)
    return item


def cancel(scope: Scope, subscription: Doc, params: Doc) -> Doc:
    if params.get("invoice_now") or params.get("prorate"):
        raise StripeError(_PRORATION)
    at = subscriptions.moment_of(scope, subscription)
    details = params.get("cancellation_details", {})
    return ending.end(scope, subscription, reason="cancellation_requested", at=at, **details)


def _pause(asked: Doc | None, at: int) -> Doc | None:
    if asked is None:
        return None
    resumes_at = asked.get("resumes_at")
    if resumes_at is not None and resumes_at <= at:
        raise StripeError(
            "`resumes_at` must be a timestamp in the future.", param="pause_collection[resumes_at]"
        )
    return {"behavior": asked["behavior"], "resumes_at": resumes_at}


def _cancellation(subscription: Doc, at: int, *, is_asked: bool) -> Doc:
    ends = subscriptions.item_of(subscription)["current_period_end"]
    details = subscription["cancellation_details"]
    return {
        "cancel_at": ends if is_asked else None,
        "cancel_at_period_end": is_asked,
        "canceled_at": at if is_asked else None,
        "cancellation_details": {
            **details,
            "reason": "cancellation_requested" if is_asked else None,
        },
    }


def _moved(item: Doc, params: Doc, at: int) -> Doc:
    """What changes with the billing day: it waits for `trial_end`, or begins anew now."""
    if "trial_end" in params:
        _require_no_proration(params)
        return trial(item, params["trial_end"], at)
    if params.get("billing_cycle_anchor") == "now":
        _require_no_proration(params)
        item["current_period_start"] = at
        item["current_period_end"] = boundary(at, item["price"]["recurring"], at)
        return {"billing_cycle_anchor": at, "status": "active"}
    return {}


def _changed_item(scope: Scope, subscription: Doc, params: Doc) -> Doc:
    item = dict(subscriptions.item_of(subscription))
    for asked in params.get("items", ()):
        if asked["id"] != item["id"]:
            raise StripeError(
                f"Item {asked['id']} is not of this subscription, which keeps its one item.",
                param="items[0][id]",
            )
        item = _repriced(scope, subscription, item, {**params, **asked})
    return item


def _repriced(scope: Scope, subscription: Doc, item: Doc, params: Doc) -> Doc:
    if "metadata" in params and "items" not in params:
        item["metadata"] = merged(item["metadata"], params["metadata"])
    if "price" not in params and "price_data" not in params:
        return item
    _require_no_proration(params)
    kept = None
    if "price" in params:
        kept = scope.get("price", params["price"], param="price")
    asked = kept or params["price_data"]
    currency = asked["currency"].lower()
    old = item["price"]
    product = scope.get("product", asked["product"], param="price_data[product]")
    recurring = {**old["recurring"], **(asked["recurring"] or {"interval": "once"})}
    if currency != subscription["currency"]:
        raise StripeError(
            f"The price specified supports currencies of `{currency}`. This doesn't match the"
            f" expected currency: `{subscription['currency']}`.",
            param="price_data[currency]",
        )
    if recurring != old["recurring"]:
        raise StripeError(
            "The practice Stripe keeps a subscription's interval: begin another one.",
            param="price_data[recurring]",
        )
    item["price"] = kept or new_price(
        scope,
        product=product["id"],
        currency=currency,
        unit_amount=asked["unit_amount"],
        recurring=recurring,
    )
    return item


def _require_no_proration(params: dict[str, Any]) -> None:
    if params.get("proration_behavior") != "none":
        raise StripeError(_PRORATION, param="proration_behavior")
