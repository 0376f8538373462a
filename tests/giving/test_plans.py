"""A gift each month: to Stripe's page and back, one plan, one gift for each paid invoice."""

from datetime import timedelta

import pytest
import requests
from sqlalchemy import select

from fund import clock
from fund.errors import Refused
from fund.gateways import stripe
from fund.giving import plans
from fund.giving.models import Gift, Plan, Receipt, StripeCustomer, StripeProduct
from fund.giving.plans import starting
from fund.giving.plans.checking import go_on
from fund.money import Money
from tests.giving.factories import FIFTY, begin_plan, give_form, start_plan

pytestmark = pytest.mark.usefixtures("world")


def test_a_monthly_gift_begins_on_stripes_page_and_the_donor_comes_back_to_thanks(
    client, session, stripe_up
):
    plan = start_plan(session)
    address = client.get(f"/give/monthly/{plan.id}/checkout").headers["Location"]
    stripe_up.control("pay", session_id=address.rpartition("/")[2])
    page = client.get(f"/give/monthly/{plan.id}").text  # no webhook has come yet
    assert "Your regular gift has begun" in page
    gift = session.scalars(select(Gift)).one()
    receipt = session.scalars(select(Receipt)).one()
    assert (gift.method, gift.state, gift.plan_id, gift.amount) == ("plan", "paid", plan.id, FIFTY)
    assert receipt.gift_id == gift.id
    assert f"/log/check/{receipt.audit_event_id}" in page
    session.refresh(plan)
    assert plan.state == "active"
    assert plan.next_on > gift.paid_on
    assert client.get(f"/give/monthly/{plan.id}/checkout").headers["Location"].startswith("/give/")


def test_the_give_page_begins_a_monthly_gift(client, session, post):
    page = post("/give", **give_form(frequency="month", show="frequency")).text
    assert "Your gift, each month" in page
    assert "exercise books and pens, month by month" in page
    answer = post("/give", **give_form(frequency="month"))
    plan = session.scalars(select(Plan)).one()
    assert answer.headers["Location"] == f"/give/monthly/{plan.id}/checkout"
    assert (plan.every, plan.amount, plan.state) == ("month", Money(75_00, "NZD"), "open")


def test_what_stripe_is_told(session, stripe_up, world):
    plan = begin_plan(session, stripe_up, Money(2_500, "JPY"), every="year")
    doc = stripe.retrieve_subscription("nz", plan.stripe_subscription_id)
    price = doc["items"]["data"][0]["price"]
    assert (price["unit_amount"], price["currency"]) == (2_500, "jpy")
    assert (price["recurring"]["interval"], price["product"]) == ("year", "fund_education")
    assert doc["metadata"] == {"plan_id": str(plan.id), "attempt": "1"}
    assert session.scalars(select(StripeProduct.product_id)).all() == ["fund_education"]


def test_one_customer_a_donor_and_currency(session, stripe_up):
    """Stripe bills one customer in one currency."""
    begin_plan(session, stripe_up)
    begin_plan(session, stripe_up, fund="vocational")
    begin_plan(session, stripe_up, Money(40_00, "USD"), fund="general")
    assert sorted(session.scalars(select(StripeCustomer.currency))) == ["NZD", "USD"]


def test_a_product_that_stripe_knows_already_is_taken(session, stripe_up):
    stripe.create_product("nz", "fund_education", "Education")
    assert begin_plan(session, stripe_up).state == "active"


def test_going_to_the_payment_again_is_the_same_session(client, session, stripe_up):
    plan = start_plan(session)
    first = plans.open_checkout(plan.id, now=clock.now())
    assert plans.open_checkout(plan.id, now=clock.now()) == first


def test_a_crash_before_the_session_is_kept_makes_no_second_one(session, stripe_up, monkeypatch):
    plan = start_plan(session)
    with monkeypatch.context() as crash:
        crash.setattr(plans.checkout, "keep_session", _crash)
        with pytest.raises(KeyboardInterrupt):
            plans.open_checkout(plan.id, now=clock.now())
    plans.open_checkout(plan.id, now=clock.now())
    made = requests.get(
        f"{stripe_up.base_url}/v1/checkout/sessions", auth=("sk_test_practice_nz", ""), timeout=5
    ).json()
    assert len(made["data"]) == 1


def _crash(*_args, **_kwargs):
    raise KeyboardInterrupt


def test_while_stripe_is_down_the_page_waits_and_a_job_goes_on(
    client, session, stripe_up, run_jobs
):
    plan = start_plan(session)
    stripe_up.control("switches", down=True)
    page = client.get(f"/give/monthly/{plan.id}/checkout")
    assert page.status_code == 503
    assert "nothing has been charged" in page.text
    stripe_up.control("switches", down=False)
    assert run_jobs() == 1
    kept = session.get_one(Plan, plan.id, populate_existing=True).stripe_session_id
    address = client.get(f"/give/monthly/{plan.id}/checkout").headers["Location"]
    assert address.endswith(kept)


def test_a_page_left_too_long_is_given_up_and_begun_anew(client, session, stripe_up, post):
    plan = start_plan(session)
    first = plans.open_checkout(plan.id, now=clock.now())
    stripe_up.client().v1.checkout.sessions.expire(first.rpartition("/")[2])
    page = client.get(f"/give/monthly/{plan.id}").text
    assert "left open too long" in page
    assert session.get_one(Plan, plan.id, populate_existing=True).state == "expired"
    post(f"/give/monthly/{plan.id}/again")
    assert plans.open_checkout(plan.id, now=clock.now()) != first


def test_a_plan_whose_page_was_never_opened_is_given_up(session, stripe_up, monkeypatch):
    """It would keep its fund open."""
    plan = start_plan(session)
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    go_on()
    assert session.get_one(Plan, plan.id, populate_existing=True).state == "expired"


def test_a_plan_for_a_fund_that_is_closed_is_not_begun(session, world):
    with pytest.raises(Refused, match="fund_takes_no_gifts"):
        start_plan(session, fund="nothing")


def test_thanks_without_stripes_word_never_invites_a_second_payment(client, session, stripe_up):
    plan = start_plan(session)
    address = plans.open_checkout(plan.id, now=clock.now())
    stripe_up.control("pay", session_id=address.rpartition("/")[2])
    stripe_up.control("switches", down=True)
    page = client.get(f"/give/monthly/{plan.id}").text
    assert "waiting for Stripe" in page
    assert "/checkout" not in page
    stripe_up.control("switches", down=False)


def test_a_page_of_nobodys_plan_is_a_404(client):
    address = "/give/monthly/0192f0c0-0000-7000-8000-000000000000"
    assert client.get(address).status_code == 404
    assert client.get(f"{address}/checkout").status_code == 404


def test_a_session_of_an_attempt_that_is_over_is_not_kept(session, stripe_up):
    plan = start_plan(session)
    starting.keep_session(session, plan.id, attempt=2, session_id="cs_other")
    assert session.get_one(Plan, plan.id).stripe_session_id is None
