"""Stripe fails once, and gives that answer again under the same key: nobody waits a day for it."""

import pytest
from sqlalchemy import select

from fund import clock
from fund.errors import Unavailable
from fund.gateways import stripe
from fund.giving import checkout, plans
from fund.giving.models import Gift
from fund.settlement import operations
from tests.giving.factories import start_gift, start_plan
from tests.settlement.test_refunds import ask, decide, finance, gift, treasurer

pytestmark = pytest.mark.usefixtures("world")

__all__ = ["finance", "gift", "treasurer"]


@pytest.mark.parametrize("is_done", [False, True])
def test_a_donor_reaches_the_page_at_the_next_try_but_one(session, stripe_up, is_done):
    made = start_gift(session)
    stripe_up.control("break", path="POST /v1/checkout/sessions", is_done=is_done)
    with pytest.raises(Unavailable):
        checkout.open_checkout(made.id, now=clock.now())
    address = checkout.open_checkout(made.id, now=clock.now())
    assert address == checkout.open_checkout(made.id, now=clock.now())
    session.refresh(made)
    stripe_up.control("pay", session_id=made.stripe_session_id)
    checkout.ask_stripe(made.id, now=clock.now())
    assert session.scalars(select(Gift.state)).all() == ["paid"]


@pytest.mark.parametrize("path", ["POST /v1/customers", "POST /v1/checkout/sessions"])
def test_a_plan_reaches_it_too(session, stripe_up, path):
    plan = start_plan(session)
    stripe_up.control("break", path=path)
    with pytest.raises(Unavailable):
        plans.open_checkout(plan.id, now=clock.now())
    assert plans.open_checkout(plan.id, now=clock.now())


@pytest.mark.parametrize("is_done", [False, True])
def test_a_refund_is_made_once_whether_or_not_stripe_acted(
    session, stripe_up, gift, finance, treasurer, is_done
):
    refund = ask(session, gift, finance)
    decide(session, refund, treasurer)
    stripe_up.control("break", path="POST /v1/refunds", is_done=is_done)
    with pytest.raises(Unavailable):
        operations.send_refund(str(refund.id))
    operations.send_refund(str(refund.id))
    session.refresh(refund)
    (doc,) = stripe.list_refunds("nz", gift.stripe_payment_intent_id)
    assert (refund.state, refund.stripe_id) == ("succeeded", doc["id"])
