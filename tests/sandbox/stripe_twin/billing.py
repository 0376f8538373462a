"""What tests of monthly giving share: the orders the fund makes, and a visit to every endpoint."""

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from .fixtures import order, wait_until


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


def begin_on_clock(
    twin: Any, api: stripe.StripeClient, start: datetime, **more: Any
) -> tuple[str, stripe.Subscription]:
    """A test clock at `start` (UTC), and a monthly gift that began on it then."""
    clock = api.v1.test_helpers.test_clocks.create({"frozen_time": int(start.timestamp())})
    customer = api.v1.customers.create({"name": "A Donor", "test_clock": clock.id})
    return clock.id, begin(twin, api, customer=customer.id, **more)


def advance(api: stripe.StripeClient, clock: str, to: datetime | int) -> None:
    """Move the clock and wait until everything on the way has happened."""
    target = to if isinstance(to, int) else int(to.timestamp())
    moving = api.v1.test_helpers.test_clocks.advance(clock, {"frozen_time": target})
    assert moving.status == "advancing"
    retrieve = api.v1.test_helpers.test_clocks.retrieve
    wait_until(lambda: retrieve(clock).status == "ready")
    assert retrieve(clock).frozen_time == target


def visit_billing(twin: Any, api: stripe.StripeClient) -> None:
    """Every endpoint of monthly giving once, each exchange checked by the client."""
    _visit_prices(api)
    clock, subscription = begin_on_clock(twin, api, datetime(2026, 1, 31, 9, tzinfo=UTC))
    _visit_invoices(api, subscription)
    _visit_methods(api, str(subscription.customer))
    _visit_subscription(api, subscription)
    advance(api, clock, datetime(2026, 3, 2, tzinfo=UTC))
    assert api.v1.test_helpers.test_clocks.list().data[0].id == clock
    assert api.v1.test_helpers.test_clocks.delete(clock).deleted
    _visit_failing(twin, api)


def _visit_prices(api: stripe.StripeClient) -> None:
    product = api.v1.products.create({"id": "fund_housing", "name": "Housing"})
    unused = api.v1.products.create({"name": "Nothing"})
    api.v1.products.update(product.id, {"description": "Homes", "metadata": {"fund": "housing"}})
    assert api.v1.products.delete(unused.id).deleted
    price = api.v1.prices.create(
        {
            "currency": "nzd",
            "unit_amount": 2500,
            "product": product.id,
            "recurring": {"interval": "month"},
        }
    )
    api.v1.prices.update(price.id, {"nickname": "Monthly", "metadata": {"a": "b"}})
    assert api.v1.prices.retrieve(price.id, {"expand": ["product"]}).product.name == "Housing"
    listed = api.v1.prices.list({"product": product.id, "recurring": {"interval": "month"}})
    assert [one.nickname for one in listed.data] == ["Monthly"]
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.products.delete(product.id)


def _visit_methods(api: stripe.StripeClient, customer: str) -> None:
    spare = api.v1.payment_methods.attach("pm_card_mastercard", {"customer": customer})
    api.v1.payment_methods.update(
        spare.id, {"billing_details": {"name": "A. Donor"}, "card": {"exp_year": 2035}}
    )
    api.v1.customers.update(customer, {"invoice_settings": {"default_payment_method": spare.id}})
    kept = api.v1.customers.payment_methods.list(customer, {"type": "card"}).data
    assert [one.card.exp_year for one in kept] == [2035, 2034]
    assert len(api.v1.payment_methods.list({"customer": customer}).data) == 2
    assert api.v1.payment_methods.detach(spare.id).customer is None
    left = api.v1.customers.retrieve(customer)
    assert left.invoice_settings.default_payment_method is None


def _visit_failing(twin: Any, api: stripe.StripeClient) -> None:
    subscription = begin(twin, api)
    method = str(subscription.default_payment_method)
    twin.control("card_refuses", payment_method=method, decline_code="insufficient_funds")
    late = twin.control("next_month", subscription=subscription.id)["latest_invoice"]["id"]
    with pytest.raises(stripe.CardError):
        api.v1.invoices.pay(late, {"off_session": True})
    twin.control("card_refuses", payment_method=method, decline_code="none")
    assert api.v1.invoices.pay(late).status == "paid"
    twin.control("card_refuses", payment_method=method, decline_code="expired_card")
    again = twin.control("next_month", subscription=subscription.id)["latest_invoice"]["id"]
    assert api.v1.invoices.void_invoice(again).status == "void"
    portal = api.v1.billing_portal.sessions.create(
        {"customer": str(subscription.customer), "return_url": "http://127.0.0.1:8000/my"}
    )
    assert portal.url.endswith(f"/p/session/{portal.id}")
    twin.control("card_renewed", payment_method=method, exp_month=1, exp_year=2040)


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
    trialing = {"status": "trialing", "customer": str(subscription.customer)}
    assert api.v1.subscriptions.list(trialing).data[0].id == subscription.id
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
