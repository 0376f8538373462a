"""The twin inside the test's process is the same twin, with the test's clock."""

import pytest
import stripe

from config.settings import StripeKeys
from fund.errors import Unavailable
from fund.gateways import stripe as gateway

from .fixtures import NZ_KEY, NZ_SECRET, order
from .inprocess import BASE_URL

PAID = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


@pytest.fixture
def fund(inside, app):
    """The service's own gateway, speaking to the twin inside."""
    keys = {"nz": StripeKeys(NZ_KEY, NZ_SECRET)}
    gateway.init(keys, BASE_URL, "http://localhost", http_client=inside.http)
    yield gateway
    settings = app.config["SETTINGS"]
    gateway.init(settings.stripe, settings.stripe_api_base, settings.base_url)


def test_it_is_paid_and_told_like_the_other(inside):
    client = inside.client(NZ_KEY)
    session = client.v1.checkout.sessions.create(order())
    inside.control("pay", session_id=session.id)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    told = inside.take_webhooks()
    assert [t.event["type"] for t in told] == [
        "product.created",
        *PAID,
        "checkout.session.completed",
    ]
    assert {t.path for t in told} == {"/webhooks/stripe/nz"}
    for taken in told:
        stripe.WebhookSignature.verify_header(taken.body, taken.signature, NZ_SECRET, None)
    assert inside.take_webhooks() == []


def test_time_passes_only_as_the_test_says(inside):
    client = inside.client(NZ_KEY)
    session = client.v1.checkout.sessions.create(order())
    assert session.created == int(inside.time)
    left = client.v1.checkout.sessions.create(order())
    inside.control("pay", session_id=session.id)
    assert client.v1.balance.retrieve().available[0].amount == 0
    inside.sleep(2 * 86_400)
    assert client.v1.balance.retrieve().available[0].amount > 0
    assert client.v1.checkout.sessions.retrieve(left.id).status == "expired"


def test_too_many_calls_are_a_busy_stripe_to_the_service(inside, fund):
    inside.control("switches", limits="live")
    for _ in range(25):
        fund.check("nz")
    with pytest.raises(Unavailable) as busy:
        fund.check("nz")
    assert busy.value.code == "stripe_busy"
    inside.sleep(1)
    assert fund.check("nz") == "acct_practice_nz"
