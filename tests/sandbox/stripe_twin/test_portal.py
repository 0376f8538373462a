"""The billing portal: a page of Stripe's where a donor stops, goes on, and changes the card."""

import pytest
import requests
import stripe

from .billing import begin
from .fixtures import NZ_KEY
from .inprocess import TwinInside
from .test_checkout_page import FORM


@pytest.fixture
def giving(twin, api):
    return begin(twin, api)


@pytest.fixture
def page(api, giving):
    asked = {"customer": giving.customer, "return_url": "http://127.0.0.1:8000/my"}
    return api.v1.billing_portal.sessions.create(asked).url


def _post(url, **fields):
    return requests.post(url, fields, allow_redirects=False, timeout=10)


def test_it_shows_what_is_given_and_the_way_back(page):
    shown = requests.get(page, timeout=5).text
    assert "Education · NZ$25.00 a month" in shown
    assert "Visa •••• 4242 · 12/2034" in shown
    assert 'href="http://127.0.0.1:8000/my"' in shown


def test_a_gift_stopped_there_ends_with_what_is_paid_and_may_go_on(api, giving, page, receiver):
    assert _post(page, subscription=giving.id, act="stop").status_code == 303
    stopping = api.v1.subscriptions.retrieve(giving.id)
    assert stopping.cancel_at == stopping["items"].data[0].current_period_end
    receiver.wait_for("customer.subscription.updated")
    assert "Ends on:" in requests.get(page, timeout=5).text
    _post(page, subscription=giving.id, act="keep")
    assert api.v1.subscriptions.retrieve(giving.id).cancel_at is None


def test_another_donors_gift_cannot_be_stopped_there(twin, api, page):
    theirs = begin(twin, api)
    _post(page, subscription=theirs.id, act="stop")
    assert not api.v1.subscriptions.retrieve(theirs.id).cancel_at_period_end


def test_a_card_given_there_is_used_from_then_on(twin, api, giving, page):
    declined = _post(f"{page}/card", **{**FORM, "number": "4000000000000002"})
    assert (declined.status_code, "was declined" in declined.text) == (402, True)
    wrong = _post(f"{page}/card", **{**FORM, "cvc": "1"})
    assert (wrong.status_code, "security code" in wrong.text) == (422, True)
    assert _post(f"{page}/card", **{**FORM, "number": "5555555555554444"}).status_code == 303
    twin.control("next_month", subscription=giving.id)
    charge = api.v1.charges.list().data[0]
    assert charge.payment_method_details.card.brand == "mastercard"
    customer = api.v1.customers.retrieve(giving.customer)
    assert customer.invoice_settings.default_payment_method == charge.payment_method


@pytest.mark.parametrize(
    ("waits", "is_open"), [([299], True), ([301], False), ([299, 3599], True), ([299, 3601], False)]
)
def test_it_must_be_opened_soon_and_lasts_an_hour(waits, is_open):
    inside = TwinInside()
    api = inside.client(NZ_KEY)
    customer = api.v1.customers.create({"name": "A Donor"})
    made = api.v1.billing_portal.sessions.create({"customer": customer.id})
    for seconds in waits:
        inside.sleep(seconds)
        _, status, _ = inside.request("get", f"/p/session/{made.id}", {}, None)
    assert status == (200 if is_open else 410)
    inside.close()


def test_a_page_that_nobody_has_a_link_to_does_not_exist(twin, api, page):
    assert requests.get(f"{page}x", timeout=5).status_code == 410
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.billing_portal.sessions.create({"customer": "cus_none"})
