"""Subscriptions as documents; what changes them is in the modules beside this one."""

from collections.abc import Mapping
from typing import Any

from ..errors import StripeError, missing
from ..ids import new_id
from ..scope import Scope
from ..state import Doc, Page
from .calendar import boundary

ENDED = ("canceled", "incomplete_expired")


def moment_of(scope: Scope, doc: Mapping[str, Any]) -> int:
    """What time it is for this object: its test clock's, or the account's."""
    clock = scope.find(doc["test_clock"])
    return scope.now if clock is None else int(clock["frozen_time"])


def new_subscription(
    scope: Scope,
    customer: Doc,
    price: Doc,
    *,
    quantity: int,
    method: Doc | None,
    data: Mapping[str, Any],
    at: int,
) -> Doc:
    """Active from `at`, its first period ending one interval later; not announced yet."""
    subscription_id = new_id("sub")
    item: Doc = {
        "id": new_id("si", 14),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": at,
        "current_period_end": boundary(at, price["recurring"], at),
        "current_period_start": at,
        "discounts": [],
        "metadata": {},
        "price": price,
        "quantity": quantity,
        "subscription": subscription_id,
        "tax_rates": [],
    }
    document = _document(subscription_id, customer, price["currency"], data, at)
    document["default_payment_method"] = method["id"] if method else None
    return save(scope, document, item)


def item_of(subscription: Doc) -> Doc:
    """The one item that a gift has."""
    item: Doc = subscription["items"]["data"][0]
    return item


def save(scope: Scope, subscription: Doc, item: Doc) -> Doc:
    """Keep both: the item is an object of its own, and a part of its subscription."""
    scope.put(item)
    subscription["items"] = {
        "object": "list",
        "data": [item],
        "has_more": False,
        "url": f"/v1/subscription_items?subscription={subscription['id']}",
    }
    subscription["_due_at"] = _due_at(subscription)
    subscription["_is_ended"] = subscription["status"] in ENDED
    return scope.put(subscription)


def change(scope: Scope, subscription: Doc, *, item: Doc | None = None, **changes: Any) -> Doc:
    """Write, keep and announce; `item` is the changed item, if it changed."""
    before = {key: subscription.get(key) for key in changes if subscription[key] != changes[key]}
    if item is not None and item != item_of(subscription):
        before["items"] = subscription["items"]
    subscription.update(changes)
    save(scope, subscription, item or item_of(subscription))
    if before:
        scope.emit("customer.subscription.updated", subscription, previous=before)
    return subscription


def get_live(scope: Scope, subscription_id: str, *, param: str) -> Doc:
    """A subscription that has not ended, or StripeError."""
    subscription = scope.get("subscription", subscription_id, param=param)
    if subscription["_is_ended"]:
        raise StripeError(
            "A canceled subscription can only update its cancellation_details and metadata."
        )
    return subscription


def get_running(scope: Scope, subscription_id: str, *, param: str) -> Doc:
    """As for `get_live`, but Stripe knows no ended subscription that could end."""
    subscription = scope.get("subscription", subscription_id, param=param)
    if subscription["_is_ended"]:
        raise missing("subscription", subscription_id, param)
    return subscription


def list_live_of(scope: Scope, customer_id: str) -> list[Doc]:
    live = Page(limit=100, filters={"customer": customer_id, "_is_ended": False})
    return scope.store.list_page(scope.account.id, "subscription", live)[0]


def check_currency(scope: Scope, customer: Doc, currency: str) -> None:
    """Stripe page "Multi-currency prices": one customer's subscriptions share a currency."""
    for other in list_live_of(scope, customer["id"]):
        if other["currency"] != currency:
            raise StripeError(
                "You cannot combine currencies on a single customer. This customer has an active"
                f" subscription, subscription schedule, discount, quote, or invoice item with"
                f" currency {other['currency']}."
            )


def _due_at(subscription: Doc) -> int | None:
    """When something happens to it by itself next."""
    if subscription["status"] in ENDED:
        return None
    moments = [item_of(subscription)["current_period_end"]]
    paused = subscription["pause_collection"]
    if paused is not None and paused["resumes_at"] is not None:
        moments.append(paused["resumes_at"])
    return int(min(moments))


def _document(
    subscription_id: str, customer: Doc, currency: str, data: Mapping[str, Any], at: int
) -> Doc:
    mode = data.get("billing_mode", {"type": "flexible"})["type"]
    return {
        "id": subscription_id,
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": at,
        "billing_cycle_anchor_config": None,
        "billing_mode": {
            "flexible": {"proration_discounts": "included"} if mode == "flexible" else None,
            "type": mode,
        },
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "created": at,
        "currency": currency,
        "customer": customer["id"],
        "customer_account": None,
        "days_until_due": None,
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": data.get("description"),
        "discounts": [],
        "ended_at": None,
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "latest_invoice": None,
        "livemode": False,
        "metadata": data.get("metadata", {}),
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": None,
        "payment_settings": {
            "payment_method_options": {
                "card": {"network": None, "request_three_d_secure": "automatic"}
            },
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "pending_invoice_item_interval": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": at,
        "status": "active",
        "test_clock": customer["test_clock"],
        "transfer_data": None,
        "trial_end": None,
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "trial_start": None,
    }
