"""Paid gifts, and their webhooks as the twin signed and sent them."""

import json
import time
from collections.abc import Sequence
from datetime import timedelta

import stripe
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from fund import clock
from fund.giving import checkout
from fund.giving.models import Gift
from fund.money import Money
from fund.settlement import operations
from tests.giving.factories import FIFTY, start_gift
from tests.sandbox.stripe_twin.fixtures import NZ_SECRET, Receiver, Taken, Twin, wait_until

PAID = "checkout.session.completed"
CHARGED = "charge.succeeded"


def begin_at_stripe(session: Session, amount: Money = FIFTY, **more: str) -> tuple[Gift, str]:
    """A gift whose Checkout session is made; the session's id."""
    gift = start_gift(session, amount, **more)
    address = checkout.open_checkout(gift.id, now=clock.now())
    assert address is not None
    session.refresh(gift)
    return gift, address.rpartition("/")[2]


def pay_at_stripe(session: Session, twin: Twin, amount: Money = FIFTY, **more: str) -> Gift:
    """A gift that its donor paid on the hosted page, of which we have not heard yet."""
    gift, session_id = begin_at_stripe(session, amount, **more)
    twin.control("pay", session_id=session_id)
    return gift


def drain(at: timedelta = timedelta()) -> None:
    """Work off the inbox as the worker does, `at` from now."""
    while operations.drain(now=clock.now() + at):
        pass


def wait_for_all(twin: Twin, receiver: Receiver) -> list[Taken]:
    """Every webhook, once the twin has nothing more to send."""
    wait_until(lambda: all(d["status"] == "delivered" for d in twin.deliveries()))
    return list(receiver.taken)


def deliver(client: FlaskClient, taken: Sequence[Taken]) -> list[int]:
    """Pass webhooks on to the service, as they are, in this order; how each was answered."""
    return [
        client.post(
            "/webhooks/stripe/nz",
            data=one.body,
            headers={"Stripe-Signature": one.signature},
        ).status_code
        for one in taken
    ]


def event(kind: str = "customer.created", **changes: object) -> dict[str, object]:
    """An event as Stripe writes it, about nothing of ours."""
    made: dict[str, object] = {
        "id": "evt_test_1",
        "object": "event",
        "type": kind,
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": {"id": "cus_1", "object": "customer", "email": "mere@example.org"}},
    }
    return made | changes


def send(
    client: FlaskClient,
    body: dict[str, object] | bytes,
    *,
    secret: str = NZ_SECRET,
    age: int = 0,
    office: str = "nz",
) -> int:
    """Sign and send one webhook; how it was answered."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = stripe.WebhookSignature.generate_signature_header(
        raw.decode(), secret, timestamp=int(time.time()) - age
    )
    answer = client.post(
        f"/webhooks/stripe/{office}", data=raw, headers={"Stripe-Signature": signature}
    )
    return answer.status_code
