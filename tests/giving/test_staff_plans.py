"""Finance's list of regular gifts, and each with what was asked of it and what came by it."""

from datetime import timedelta

import pytest

from fund import clock
from fund.giving import plans
from fund.giving.models import PlanChange
from fund.money import Money
from fund.permissions import Actor, Role
from tests.giving.factories import begin_plan, start_plan
from tests.people.factories import make_staff

pytestmark = pytest.mark.usefixtures("world", "mailbox")


@pytest.fixture
def plan(session, stripe_up):
    return begin_plan(session, stripe_up)


@pytest.fixture
def finance(session, client, sign_in):
    member = make_staff(session, Role.FINANCE_OFFICER)
    sign_in(client, member)
    return member


def ask_stop(session, plan, *, hours_ago):
    actor = Actor("donor", plan.donor_id)
    asked_at = clock.now() - timedelta(hours=hours_ago)
    plans.ask_change(session, plan.id, kind="stop", after={}, actor=actor, now=asked_at)
    session.commit()


def test_the_list_is_narrowed_by_state_and_fund(client, session, stripe_up, plan, finance):
    other = begin_plan(
        session, stripe_up, Money(90_00, "NZD"), fund="vocational", email="other@example.org"
    )
    unbegun = start_plan(session, Money(70_00, "NZD"), email="third@example.org")
    ask_stop(session, other, hours_ago=3)
    for asked, shown in (
        ("", [plan, other]),
        ("?state=active", [plan]),
        ("?state=stopping", [other]),
        ("?state=open", [unbegun]),
        ("?fund=education", [plan]),
        ("?fund=vocational&state=stopping", [other]),
        ("?fund=vocational&state=active", []),
        ("?state=wrong", [plan, other]),
    ):
        page = client.get(f"/staff/plans{asked}").text
        listed = {each for each in (plan, other, unbegun) if f"/staff/plans/{each.id}" in page}
        assert listed == set(shown), asked
    assert "No regular gift is like that." in client.get("/staff/plans?state=paused").text


def test_what_waits_for_stripe_says_for_how_long(client, session, plan, finance):
    ask_stop(session, plan, hours_ago=3)
    page = client.get("/staff/plans").text
    assert "stop asked for 3 hours ago" in page
    assert "waits for Stripe to confirm that it is stopped, for 3 hours" in page
    assert "This waits for 3 hours" in client.get(f"/staff/plans/{plan.id}").text


@pytest.mark.parametrize(("hours", "is_told"), [(1, False), (3, True)])
def test_an_end_that_stripe_does_not_confirm_waits_on_finance(
    client, session, plan, finance, hours, is_told
):
    ask_stop(session, plan, hours_ago=hours)
    home = client.get("/staff/").text
    assert ("Regular gifts that Stripe has not stopped yet: 1" in home) == is_told
    assert ("/staff/plans?state=stopping" in home) == is_told


def test_a_failing_one_is_shown_first(client, session, stripe_up, plan, finance):
    method = stripe_up.client().v1.subscriptions.retrieve(plan.stripe_subscription_id)
    stripe_up.control(
        "card_refuses",
        payment_method=method.default_payment_method,
        decline_code="insufficient_funds",
    )
    stripe_up.control("next_month", subscription=plan.stripe_subscription_id)
    plans.follow("nz", plan.stripe_subscription_id, now=clock.now())
    assert "The last payment of 1 regular gift failed." in client.get("/staff/plans").text


def test_a_plans_page_leads_to_its_gifts_its_donor_and_its_timeline(client, session, plan, finance):
    page = client.get(f"/staff/plans/{plan.id}").text
    assert "donor@example.org" in page
    assert "/staff/gifts/" in page
    assert f"/staff/trail/donors/{plan.donor_id}" in page
    trail = client.get(f"/staff/trail/plans/{plan.id}").text
    assert "Regular gift chosen" in trail
    assert "Gift of a regular one" in trail
    assert "Regular gift chosen" in client.get(f"/staff/trail/donors/{plan.donor_id}").text


def test_finance_changes_it_for_a_donor_who_writes(client, session, plan, finance, post, run_jobs):
    address = f"/staff/plans/{plan.id}"
    assert "Pay with another card" not in client.get(address).text
    assert post(address, kind="amount", amount="x").status_code == 422
    assert post(address, kind="stop").headers["Location"] == address
    run_jobs()
    session.refresh(plan)
    assert plan.state == "stopped"
    (change,) = session.query(PlanChange).all()
    assert change.asked_by == f"staff:{finance.id}"


@pytest.mark.parametrize("role", [Role.TREASURER, Role.AUDITOR])
def test_who_only_reads_sees_neither_the_donor_nor_a_form(
    client, session, plan, sign_in, post, role
):
    sign_in(client, make_staff(session, role))
    page = client.get(f"/staff/plans/{plan.id}").text
    assert "donor@example.org" not in page
    assert "Stop the regular gift" not in page
    assert post(f"/staff/plans/{plan.id}", kind="stop").status_code == 403
