"""What tests of monthly giving share: the orders the fund makes, and a visit to every endpoint."""

from typing import Any

import pytest
import stripe

from .fixtures import order


def monthly(product: str, amount: int = 2500, currency: str = "nzd", **more: Any) -> dict[str, Any]:
    """What the fund asks of Checkout for a monthly gift."""
    asked = order(
        mode="subscription",
        submit_type="donate",
        subscription_data={"metadata": {"plan_id": "plan-1"}},
        **more,
    )
    asked["line_items"] = [
        {
            "quantity": 1,
            "price_data": {
                "currency": currency,
                "unit_amount": amount,
                "product": product,
                "recurring": {"interval": "month"},
            },
        }
    ]
    return asked


def begin(twin: Any, api: stripe.StripeClient, **more: Any) -> stripe.Subscription:
    """An active monthly gift of 25 NZD to a product of its own, its first invoice paid."""
    product = api.v1.products.create({"name": "Education"})
    session = api.v1.checkout.sessions.create(monthly(product.id, **more))
    paid = twin.control("pay", session_id=session.id)
    return api.v1.subscriptions.retrieve(paid["subscription"])


def visit_billing(twin: Any, api: stripe.StripeClient) -> None:
    """Every endpoint of monthly giving once, each exchange checked by the client."""
    subscription = begin(twin, api, customer=api.v1.customers.create({"name": "A"}).id)
    _visit_invoices(api, subscription)
    _visit_subscription(api, subscription)


def _visit_invoices(api: stripe.StripeClient, subscription: stripe.Subscription) -> None:
    invoice = api.v1.invoices.retrieve(
        str(subscription.latest_invoice),
        {
            "expand": [
                "payments.data.payment.payment_intent",
                "parent.subscription_details.subscription",
            ]
        },
    )
    payment = invoice.payments.data[0]
    found = api.v1.invoice_payments.list(
        {
            "payment": {
                "type": "payment_intent",
                "payment_intent": payment.payment.payment_intent.id,
            },
            "expand": ["data.invoice", "data.payment.payment_intent.latest_charge"],
        }
    )
    assert found.data[0].invoice.id == invoice.id
    assert api.v1.invoice_payments.retrieve(payment.id).status == "paid"
    assert api.v1.invoices.list({"subscription": subscription.id}).data[0].id == invoice.id
    assert api.v1.invoices.line_items.list(invoice.id).data[0].amount == 2500
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.invoices.pay(invoice.id)
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.invoices.void_invoice(invoice.id)


def _visit_subscription(api: stripe.StripeClient, subscription: stripe.Subscription) -> None:
    item = api.v1.subscription_items.list({"subscription": subscription.id}).data[0]
    assert api.v1.subscription_items.retrieve(item.id).price.unit_amount == 2500
    changed = api.v1.subscription_items.update(
        item.id,
        {
            "price_data": {
                "currency": "nzd",
                "product": item.price.product,
                "recurring": {"interval": "month"},
                "unit_amount": 4000,
            },
            "proration_behavior": "none",
        },
    )
    assert changed.price.unit_amount == 4000
    api.v1.subscriptions.update(
        subscription.id,
        {
            "pause_collection": {"behavior": "void"},
            "metadata": {"note": "x"},
            "description": "Gift",
        },
    )
    api.v1.subscriptions.update(
        subscription.id,
        {"trial_end": item.current_period_end + 86_400, "proration_behavior": "none"},
    )
    assert api.v1.subscriptions.list({"status": "trialing"}).data[0].id == subscription.id
    ended = api.v1.subscriptions.cancel(subscription.id, {"invoice_now": False, "prorate": False})
    assert ended.status == "canceled"
    setup = api.v1.checkout.sessions.create(
        {
            "mode": "setup",
            "currency": "nzd",
            "customer": subscription.customer,
            "success_url": "http://127.0.0.1:8000/my",
            "setup_intent_data": {"metadata": {"plan_id": "plan-1"}},
            "expand": ["setup_intent"],
        }
    )
    assert api.v1.setup_intents.retrieve(setup.setup_intent.id).metadata["plan_id"] == "plan-1"
    api.v1.setup_intents.list({"customer": subscription.customer})
