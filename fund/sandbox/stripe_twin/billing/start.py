"""A subscription begins when its first payment succeeded on the hosted page."""

from ..scope import Scope
from ..state import Doc
from . import invoices, subscriptions


def start(scope: Scope, session: Doc, intent: Doc, method: Doc) -> Doc:
    """Subscription and paid first invoice of a Checkout session whose intent has succeeded."""
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
    item = subscriptions.item_of(subscription)
    invoice = invoices.draft(scope, subscription, item, reason="subscription_create", at=at)
    scope.change(subscription, latest_invoice=invoice["id"])
    scope.emit("customer.subscription.created", subscription)
    invoices.finalize(scope, invoice, at=at, intent=intent)
    invoices.mark_paid(scope, invoice, at=at)
    return scope.change(session, subscription=subscription["id"], invoice=invoice["id"])
