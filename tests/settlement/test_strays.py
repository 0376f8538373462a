"""A subscription at Stripe that no plan knows of is stopped there, and finance is told."""

import pytest
from sqlalchemy import select, text

from fund import clock
from fund.errors import Refused, Unavailable
from fund.gateways import stripe
from fund.giving import plans
from fund.giving.models import Gift, Plan, StraySubscription
from fund.giving.plans import checking, strays
from fund.giving.plans.strays import stop_stray
from fund.ids import new_id
from tests.bookkeeping.factories import make_finance
from tests.giving.factories import FIFTY, begin_plan, pay_plan
from tests.settlement.factories import deliver, drain, wait_for_all

pytestmark = pytest.mark.usefixtures("world", "mailbox")


@pytest.fixture
def stray(stripe_up):
    """One of a plan that is not here, as after an old backup was put back. Its id there."""
    stripe.create_product("nz", "fund_education", "Education")
    order = stripe.PlanOrder(
        reference=str(new_id()),
        attempt=1,
        amount=FIFTY,
        every="month",
        product_id="fund_education",
        customer_id=stripe.create_customer("nz", email="old@example.org", key="old"),
        language="en",
        return_path="/give",
        method_types=("card",),
    )
    page = stripe.create_plan_session("nz", order)
    stripe_up.control("pay", session_id=page["id"])
    (doc,) = stripe_up.client().v1.subscriptions.list().data
    return doc.id


def status_of(subscription):
    return stripe.retrieve_subscription("nz", subscription)["status"]


def test_an_event_of_a_subscription_that_nobody_knows_stops_it_and_becomes_a_task(
    client, session, stripe_up, receiver, stray, run_jobs, sign_in, post
):
    taken = wait_for_all(stripe_up, receiver)
    deliver(client, [*taken, *taken])
    drain()
    run_jobs()
    found = session.scalars(select(StraySubscription)).one()
    assert (found.id, found.state, found.amount.amount_minor) == (stray, "stopped", 50_00)
    assert status_of(stray) == "canceled"
    assert session.scalars(select(Gift)).all() == []
    sign_in(client, make_finance(session).officer)
    session.commit()
    assert "Unknown subscriptions to see to: 1" in client.get("/staff/").text
    page = client.get("/staff/settlement/subscriptions").text
    assert stray in page
    post(f"/staff/settlement/subscriptions/{stray}/seen")
    assert "Unknown subscriptions to see to" not in client.get("/staff/").text
    assert stray in client.get("/staff/settlement/subscriptions").text


def test_the_nightly_list_finds_one_of_which_no_event_came(session, stray, run_jobs):
    assert plans.check_office("nz", now=clock.now()) == [stray]
    run_jobs()
    assert status_of(stray) == "canceled"
    assert plans.check_office("nz", now=clock.now()) == []


def test_while_stripe_is_down_it_stays_to_be_stopped_and_is_stopped_later(
    session, stripe_up, stray, run_jobs, monkeypatch
):
    plans.check_office("nz", now=clock.now())
    session.execute(text("DELETE FROM procrastinate_jobs"))  # given up
    session.commit()
    stripe_up.control("switches", down=True)
    with pytest.raises(Unavailable):
        stop_stray(stray)
    stripe_up.control("switches", down=False)
    found = session.scalars(select(StraySubscription)).one()
    assert found.state == "stopping"
    later = clock.now() + checking.PATIENCE * 2
    monkeypatch.setattr(clock, "now", lambda: later)
    checking.go_on()
    run_jobs()
    assert status_of(stray) == "canceled"


def test_one_from_before_the_office_was_opened_is_left_to_finance(session, stripe_up, stray):
    """Say, the charity billed its members there long before."""
    doc = stripe.retrieve_subscription("nz", stray) | {
        "metadata": {},
        "customer": "cus_member",
        "created": 1_500_000_000,
    }
    found = strays.find_stray(session, "nz", doc)
    plans.note_stray(session, found, now=clock.now())
    assert session.scalars(select(StraySubscription.state)).one() == "left"
    assert strays.find_stray(session, "nz", doc | {"status": "canceled"}) is None


def test_a_second_subscription_of_one_plan_is_nobodys_and_is_stopped(session, stripe_up, run_jobs):
    """Two sessions of one plan, both paid: one goes on."""
    plan = begin_plan(session, stripe_up)
    kept, item = plan.stripe_subscription_id, plan.stripe_item_id
    doc = stripe.retrieve_subscription("nz", kept) | {"id": "sub_other"}
    assert strays.find_stray(session, "nz", doc).is_ours
    seen = plans.ask_subscription("nz", kept)
    other = plans.SubscriptionSeen(
        **vars(seen) | {"subscription_id": "sub_other", "item_id": "si_other"}
    )
    plans.apply_subscription(session, other, now=clock.now())
    session.commit()
    session.refresh(plan)
    assert (plan.stripe_subscription_id, plan.stripe_item_id) == (kept, item)


def test_a_plan_that_is_about_to_be_known_is_no_stray(session, stripe_up):
    plan = pay_plan(session, stripe_up)
    assert len(plans.check_office("nz", now=clock.now())) == 1
    assert session.get_one(Plan, plan.id, populate_existing=True).state == "active"
    assert session.scalars(select(StraySubscription)).all() == []


def test_nobody_sees_to_it_before_stripe_confirms(session, stray):
    plans.check_office("nz", now=clock.now())
    officer = make_finance(session).officer.actor_at(clock.now())
    with pytest.raises(Refused, match="stray_runs"):
        plans.note_seen(session, stray, actor=officer, now=clock.now())
