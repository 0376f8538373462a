"""Stripe's own errors, which an idempotency key keeps, and events that did not arrive."""

import pytest
import stripe

from .fixtures import NZ_KEY, order


@pytest.mark.parametrize("is_done", [False, True])
def test_a_kept_error_is_the_answer_for_a_day(inside, is_done):
    client = inside.client(NZ_KEY)
    charge = inside.pay()
    inside.control("break", path="POST /v1/refunds", is_done=is_done)
    asked, key = {"charge": charge.id}, {"idempotency_key": "one"}
    for replayed in (None, "true"):
        with pytest.raises(stripe.APIError) as raised:
            client.v1.refunds.create(asked, key)
        assert raised.value.http_status == 500
        assert raised.value.headers.get("Idempotent-Replayed") == replayed
    assert len(client.v1.refunds.list().data) == is_done
    inside.time += 25 * 3600
    if is_done:
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.refunds.create(asked, key)
    else:
        client.v1.refunds.create(asked, key)
    assert len(client.v1.refunds.list().data) == 1


def test_without_a_key_the_next_call_is_another(inside):
    client = inside.client(NZ_KEY)
    inside.control("break", path="GET /v1/charges")
    with pytest.raises(stripe.APIError):
        client.v1.charges.list()
    assert client.v1.charges.list().data == []


def test_events_can_be_listed_by_whether_they_arrived(inside):
    client = inside.client(NZ_KEY)
    client.v1.checkout.sessions.create(order())
    inside.take_webhooks()
    inside.pay()
    arrived = client.v1.events.list({"delivery_success": True}).data
    others = client.v1.events.list({"delivery_success": False}).data
    assert {event.type for event in arrived} == {"product.created"}
    assert "charge.succeeded" in {event.type for event in others}
    inside.take_webhooks()
    assert client.v1.events.list({"delivery_success": False}).data == []
