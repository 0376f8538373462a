"""A subscription begins when its first payment succeeded on the hosted page, or a card is kept."""

from ..scope import Scope
from ..state import Doc
from . import invoices, subscriptions
from .trials import trial


def start(scope: Scope, session: Doc, intent: Doc, method: Doc) -> Doc:
    """Subscription and paid first invoice of a Checkout session whose intent has succeeded."""
    subscription, at = _new(scope, session, method)
    item = subscriptions.item_of(subscription)
    invoice = invoices.draft(scope, subscription, item, reason="subscription_create", at=at)
    scope.change(subscription, latest_invoice=invoice["id"])
    scope.emit("customer.subscription.created", subscription)
    invoices.finalize(scope, invoice, at=at, intent=intent)
    invoices.mark_paid(scope, invoice, at=at)
    return scope.change(session, subscription=subscription["id"], invoice=invoice["id"])


def start_later(scope: Scope, session: Doc, method: Doc) -> Doc:
    """The same, but nothing is asked for until `trial_end`: an invoice of nothing."""
    subscription, at = _new(scope, session, method)
    item = dict(subscriptions.item_of(subscription))
    subscription |= trial(item, session["_subscription_data"]["trial_end"], at)
    subscriptions.save(scope, subscription, item)
    invoice = invoices.draft(
        scope, subscription, item, reason="subscription_create", at=at, amount=0
    )
    scope.change(subscription, latest_invoice=invoice["id"])
    scope.emit("customer.subscription.created", subscription)
    invoices.finalize(scope, invoice, at=at)
    return scope.change(session, subscription=subscription["id"], invoice=invoice["id"])


def _new(scope: Scope, session: Doc, method: Doc) -> tuple[Doc, int]:
    customer = scope.get("customer", session["customer"], param="customer")
    at = subscriptions.moment_of(scope, customer)
    line = session["_line_items"][0]
    subscription = subscriptions.new_subscription(
        scope,
        customer,
        line["price"],
        quantity=line["quantity"],
        method=method,
        data=session["_subscription_data"],
        at=at,
    )
    if customer["currency"] is None:
        scope.change(customer, "customer.updated", currency=session["currency"])
    return subscription, at
