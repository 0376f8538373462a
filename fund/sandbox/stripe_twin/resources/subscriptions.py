"""Subscriptions and their items; Checkout begins them, time and donors change them."""

from flask import Blueprint

from ..api import operation
from ..billing import changes, subscriptions
from ..listing import PAGING, PAGING_BY_TIME, given, listed
from ..params import (
    boolean,
    choice,
    clearable,
    emptied,
    fields,
    integer,
    items,
    metadata,
    text,
)
from ..scope import Scope
from ..state import Doc
from .products import RECURRING

bp = Blueprint("subscriptions", __name__)

_PRORATION = choice("always_invoice", "create_prorations", "none")
_PRICE = fields(
    required=("currency", "product", "recurring", "unit_amount"),
    currency=text(3),
    product=text(),
    recurring=RECURRING,
    unit_amount=integer(0),
)
_STATUSES = (
    "active",
    "all",
    "canceled",
    "ended",
    "incomplete",
    "incomplete_expired",
    "past_due",
    "paused",
    "trialing",
    "unpaid",
)


@bp.get("/v1/subscriptions/<subscription>")
@operation()
def retrieve(scope: Scope, _params: Doc, subscription: str) -> Doc:
    return scope.get("subscription", subscription, param="id")


@bp.post("/v1/subscriptions/<subscription>")
@operation(
    billing_cycle_anchor=choice("now", "unchanged"),
    cancel_at_period_end=boolean,
    default_payment_method=text(),
    description=clearable(500),
    items=items(fields(required=("id",), id=text(), price=text(), price_data=_PRICE), at_most=1),
    metadata=metadata,
    pause_collection=emptied(
        fields(required=("behavior",), behavior=choice("void"), resumes_at=integer())
    ),
    proration_behavior=_PRORATION,
    trial_end=integer(),
)
def update(scope: Scope, params: Doc, subscription: str) -> Doc:
    live = subscriptions.get_live(scope, subscription, param="id")
    return changes.update(scope, live, params)


@bp.delete("/v1/subscriptions/<subscription>")
@operation(
    cancellation_details=fields(
        comment=clearable(),
        feedback=choice(
            "customer_service",
            "low_quality",
            "missing_features",
            "other",
            "switched_service",
            "too_complex",
            "too_expensive",
            "unused",
        ),
    ),
    invoice_now=boolean,
    prorate=boolean,
)
def cancel(scope: Scope, params: Doc, subscription: str) -> Doc:
    live = subscriptions.get_running(scope, subscription, param="id")
    return changes.cancel(scope, live, params)


@bp.get("/v1/subscriptions")
@operation(
    customer=text(),
    price=text(),
    status=choice(*_STATUSES),
    test_clock=text(),
    **PAGING_BY_TIME,
)
def list_(scope: Scope, params: Doc) -> Doc:
    """Without a status, all that have not ended; those on test clocks only if asked for."""
    filters = given(params, "customer", "test_clock")
    if not filters:
        filters["test_clock"] = None
    if "price" in params:
        filters["items.data[0].price.id"] = params["price"]
    status = params.get("status")
    if status in (None, "ended"):
        filters["_is_ended"] = status == "ended"
    elif status != "all":
        filters["status"] = status
    return listed(scope, "subscription", "/v1/subscriptions", params, filters=filters)


@bp.get("/v1/subscription_items/<item>")
@operation()
def retrieve_item(scope: Scope, _params: Doc, item: str) -> Doc:
    return scope.get("subscription_item", item, param="item")


@bp.post("/v1/subscription_items/<item>")
@operation(metadata=metadata, price=text(), price_data=_PRICE, proration_behavior=_PRORATION)
def update_item(scope: Scope, params: Doc, item: str) -> Doc:
    found = scope.get("subscription_item", item, param="item")
    live = subscriptions.get_live(scope, found["subscription"], param="item")
    return changes.change_item(scope, live, params)


@bp.get("/v1/subscription_items")
@operation(required=("subscription",), subscription=text(), **PAGING)
def list_items(scope: Scope, params: Doc) -> Doc:
    filters = given(params, "subscription")
    return listed(scope, "subscription_item", "/v1/subscription_items", params, filters=filters)
