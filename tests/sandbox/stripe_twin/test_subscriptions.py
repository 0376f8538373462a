"""A monthly gift begins on the hosted page, in the shapes that Stripe gives it."""

import time

import pytest
import requests
import stripe

from .billing import begin, monthly
from .contract import check_object
from .fixtures import NZ_KEY, order
from .test_checkout_page import FORM

BEGUN = {
    "charge.succeeded",
    "checkout.session.completed",
    "customer.created",
    "customer.subscription.created",
    "customer.updated",
    "invoice.created",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_succeeded",
    "invoice_payment.paid",
    "payment_intent.created",
    "payment_intent.succeeded",
    "payment_method.attached",
}


@pytest.fixture
def product(api):
    return api.v1.products.create({"name": "Education"}).id


def _pay(session, **fields):
    return requests.post(session.url, {**FORM, **fields}, allow_redirects=False, timeout=10)


def test_the_page_says_how_often_and_leads_to_a_paid_first_month(api, product):
    session = api.v1.checkout.sessions.create(monthly(product))
    page = requests.get(session.url, timeout=5)
    assert "Donate NZ$25.00 a month" in page.text
    assert (session.subscription, session.customer_creation) == (None, "always")
    assert _pay(session).status_code == 303
    paid = api.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["subscription.latest_invoice", "customer"]}
    )
    assert (paid.status, paid.payment_status, paid.payment_intent) == ("complete", "paid", None)
    subscription = paid.subscription
    assert (subscription.status, subscription.metadata["plan_id"]) == ("active", "plan-1")
    assert "current_period_end" not in subscription
    assert subscription["items"].data[0].current_period_end > subscription.created + 27 * 86_400
    assert subscription["items"].data[0].price.product == product
    invoice = subscription.latest_invoice
    assert (invoice.id, invoice.status, invoice.amount_paid) == (paid.invoice, "paid", 2500)
    assert invoice.billing_reason == "subscription_create"
    assert invoice.lines.data[0].pricing.price_details.product == product
    assert paid.customer.currency == "nzd"
    assert api.v1.checkout.sessions.list({"subscription": subscription.id}).data[0].id == paid.id


def test_one_that_begins_later_keeps_the_card_and_asks_for_nothing_until_then(api, product, twin):
    customer = api.v1.customers.create({"email": "mere@example.org"}).id
    starts = int(time.time()) + 10 * 86_400
    asked = monthly(product, customer=customer)
    asked["subscription_data"]["trial_end"] = starts
    session = api.v1.checkout.sessions.create(asked)
    assert session.amount_total == 0
    assert "Donate NZ$25.00 a month" in requests.get(session.url, timeout=5).text
    assert _pay(session).status_code == 303
    done = api.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["subscription.latest_invoice"]}
    )
    assert (done.status, done.payment_status) == ("complete", "no_payment_required")
    begun = done.subscription
    shown = requests.get(
        f"{twin.base_url}/v1/subscriptions/{begun.id}", auth=(NZ_KEY, ""), timeout=5
    ).json()
    check_object(shown)
    assert (begun.status, begun.trial_end) == ("trialing", starts)
    assert begun["items"].data[0].current_period_end == starts
    assert begun.default_payment_method is not None
    assert (begun.latest_invoice.status, begun.latest_invoice.amount_due) == ("paid", 0)
    assert api.v1.charges.list().data == []
    twin.control("next_month", subscription=begun.id)
    assert [charge.amount for charge in api.v1.charges.list().data] == [2500]
    asked["subscription_data"]["trial_end"] = int(time.time()) + 86_400
    with pytest.raises(stripe.InvalidRequestError, match="at least 2 days"):
        api.v1.checkout.sessions.create(asked)


def test_only_the_invoice_knows_whose_gift_a_charge_was(twin, api, receiver):
    """Charge and intent of a subscription carry no metadata of ours and no invoice."""
    subscription = begin(twin, api)
    charge = api.v1.charges.list().data[0]
    intent = api.v1.payment_intents.retrieve(charge.payment_intent)
    assert charge.metadata.to_dict() == intent.metadata.to_dict() == {}
    assert "invoice" not in charge
    assert "invoice" not in intent
    (payment,) = api.v1.invoice_payments.list(
        {"payment": {"type": "payment_intent", "payment_intent": intent.id}}
    ).data
    assert payment.invoice == subscription.latest_invoice

    def ids(**filters):
        return [one.id for one in api.v1.invoice_payments.list(filters).data]

    assert ids() == ids(invoice=payment.invoice) == ids(status="paid") == [payment.id]
    assert ids(invoice=payment.invoice, status="open") == ids(invoice="in_none") == []
    event = receiver.wait_for("invoice.paid")[0].event
    details = event["data"]["object"]["parent"]["subscription_details"]
    assert details == {"metadata": {"plan_id": "plan-1"}, "subscription": subscription.id}
    assert "payments" not in event["data"]["object"]
    assert charge.balance_transaction is not None


def test_every_event_of_the_beginning_is_told_and_is_as_described(twin, api, receiver):
    begin(twin, api)
    receiver.wait_for("checkout.session.completed")
    for taken in receiver.taken:
        check_object(taken.event)
        check_object(taken.event["data"]["object"])
    assert set(receiver.types()) - {"product.created"} == BEGUN


def test_a_decline_is_told_as_described_and_without_the_twins_notes(twin, api, product, receiver):
    session = api.v1.checkout.sessions.create(monthly(product))
    twin.control("pay", session_id=session.id, card="4000000000000002")
    failed = receiver.wait_for("payment_intent.payment_failed")[0].event["data"]["object"]
    assert failed["last_payment_error"]["payment_method"]["card"]["last4"] == "0002"
    check_object(failed)


def test_a_declined_card_begins_nothing_and_another_may_be_tried(api, product):
    session = api.v1.checkout.sessions.create(monthly(product))
    assert _pay(session, number="4000000000000002").status_code == 402
    customer = api.v1.checkout.sessions.retrieve(session.id).customer
    assert api.v1.subscriptions.list({"status": "all"}).data == []
    assert _pay(session).status_code == 303
    assert len(api.v1.subscriptions.list({"customer": customer}).data) == 1
    tries = api.v1.charges.list({"customer": customer}).data
    assert [charge.status for charge in tries] == ["succeeded", "failed"]
    assert tries[0].payment_intent == tries[1].payment_intent
    declined = api.v1.payment_methods.retrieve(tries[1].payment_method)
    assert declined.customer is None


def test_the_bank_may_ask_first(api, product):
    session = api.v1.checkout.sessions.create(monthly(product))
    assert "/c/3ds/" in _pay(session, number="4000002500003155").headers["Location"]
    challenge = session.url.replace("/c/pay/", "/c/3ds/")
    assert "NZ$25.00 a month" in requests.get(challenge, timeout=5).text
    answer = requests.post(challenge, {"outcome": "complete"}, allow_redirects=False, timeout=5)
    assert answer.status_code == 303
    assert api.v1.subscriptions.list().data[0].status == "active"


def test_an_expired_session_ends_what_was_begun_in_it(api, product):
    session = api.v1.checkout.sessions.create(monthly(product))
    _pay(session, number="4000000000000002")
    api.v1.checkout.sessions.expire(session.id)
    assert api.v1.payment_intents.list().data[0].status == "canceled"


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"mode": "payment"}, "line_items[0][price_data]"),
        ({"payment_intent_data": {"metadata": {"a": "b"}}}, "payment_intent_data"),
        ({"customer_creation": "always"}, "customer_creation"),
        ({"allowed_payment_method_types": ["promptpay"]}, "allowed_payment_method_types"),
        ({"line_items": order()["line_items"]}, "line_items[0][price_data]"),
    ],
)
def test_what_a_monthly_gift_cannot_have_is_refused(api, product, wrong, param):
    asked = {**monthly(product), **wrong}
    if wrong.get("mode") == "payment":
        del asked["subscription_data"]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.checkout.sessions.create(asked)
    assert refused.value.param == param


def test_one_customer_gives_monthly_in_one_currency(twin, api, product):
    subscription = begin(twin, api)
    asked = monthly(product, currency="usd", customer=subscription.customer)
    with pytest.raises(stripe.InvalidRequestError, match="cannot combine currencies"):
        api.v1.checkout.sessions.create(asked)
    api.v1.subscriptions.cancel(subscription.id)
    assert api.v1.checkout.sessions.create(asked).currency == "usd"


def test_without_a_status_a_list_leaves_out_what_has_ended(twin, api):
    gone, live = begin(twin, api), begin(twin, api)
    ended = api.v1.subscriptions.cancel(gone.id)
    assert ended.cancellation_details.reason == "cancellation_requested"

    def ids(**filters):
        return [one.id for one in api.v1.subscriptions.list(filters).data]

    assert ids() == ids(status="active") == [live.id]
    assert ids(status="canceled") == ids(status="ended") == [gone.id]
    assert ids(status="all") == [live.id, gone.id]
    assert ids(price=live["items"].data[0].price.id) == [live.id]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.subscriptions.cancel(gone.id)
    assert refused.value.code == "resource_missing"
