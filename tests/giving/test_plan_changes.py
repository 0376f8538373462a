"""A donor changes a regular gift: the wish is kept, Stripe is told, its answer is what counts."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from fund import clock
from fund.errors import Denied, Refused, Unavailable
from fund.gateways import stripe
from fund.giving import plans
from fund.giving.models import Gift, PlanChange
from fund.giving.plans.checking import go_on
from fund.ids import new_id
from fund.money import Money
from fund.permissions import Actor
from tests.giving.factories import begin_plan

pytestmark = pytest.mark.usefixtures("world", "mailbox")


@pytest.fixture
def plan(session, stripe_up):
    begun = begin_plan(session, stripe_up)
    plans.follow("nz", begun.stripe_subscription_id, now=clock.now())
    session.refresh(begun)
    return begun


@pytest.fixture
def ask(session, plan, run_jobs):
    """Ask for a change as the plan's donor, and let the jobs be done."""

    def ask(kind, does_jobs=True, **after):
        actor = Actor("donor", plan.donor_id)
        plans.ask_change(session, plan.id, kind=kind, after=after, actor=actor, now=clock.now())
        session.commit()
        if does_jobs:
            run_jobs()
        session.refresh(plan)
        return plan

    return ask


def at_stripe(plan):
    return stripe.retrieve_subscription("nz", plan.stripe_subscription_id)


def next_month(session, twin, plan):
    """The next payment's day comes, and we hear of what was paid."""
    twin.control("next_month", subscription=plan.stripe_subscription_id)
    invoice = at_stripe(plan)["latest_invoice"]
    payment = plans.ask_invoice("nz", invoice)
    if payment is not None:
        plans.record_payment(session, payment, now=clock.now())
        session.commit()
    plans.follow("nz", plan.stripe_subscription_id, now=clock.now())
    session.expire_all()
    return session.scalars(select(Gift).order_by(Gift.id.desc())).first()


def test_another_amount_counts_from_the_next_gift_on(session, stripe_up, plan, ask):
    ask("amount", amount_minor=80_00)
    assert plan.amount == Money(80_00, "NZD")
    assert session.scalars(select(Gift)).one().amount == Money(50_00, "NZD")
    assert next_month(session, stripe_up, plan).amount == Money(80_00, "NZD")


def test_another_fund_takes_the_gifts_that_follow(session, stripe_up, plan, ask, world):
    ask("fund", fund="vocational")
    assert plan.fund_id == world.funds["vocational"].id
    assert next_month(session, stripe_up, plan).fund_id == world.funds["vocational"].id


def test_a_gift_of_an_invoice_before_the_change_stays_with_its_fund(
    session, stripe_up, plan, ask, world
):
    stripe_up.control("next_month", subscription=plan.stripe_subscription_id)
    invoice = at_stripe(plan)["latest_invoice"]
    ask("fund", fund="vocational")
    gift = plans.record_payment(session, plans.ask_invoice("nz", invoice), now=clock.now())
    assert gift.fund_id == world.funds["education"].id


def test_the_day_moves_within_the_next_gifts_month(session, plan, ask):
    before = plan.next_on
    ask("day", day=28 if before.day != 28 else 27)
    plans.follow("nz", plan.stripe_subscription_id, now=clock.now())
    session.refresh(plan)
    assert plan.next_on == before.replace(day=28 if before.day != 28 else 27)
    assert plan.state == "active"
    assert len(session.scalars(select(Gift)).all()) == 1  # the free stretch is no gift


def test_a_paused_plan_is_asked_for_nothing_until_it_goes_on(session, stripe_up, plan, ask):
    assert ask("pause").state == "paused"
    next_month(session, stripe_up, plan)
    assert len(session.scalars(select(Gift)).all()) == 1
    session.refresh(plan)
    assert plan.state == "paused"
    assert ask("resume").state == "active"
    next_month(session, stripe_up, plan)
    assert len(session.scalars(select(Gift)).all()) == 2


def test_one_gift_is_skipped_and_the_next_one_comes(session, stripe_up, plan, ask):
    skipped = plan.next_on
    assert ask("skip").skips_on == skipped
    assert at_stripe(plan)["pause_collection"]["resumes_at"] is not None
    with pytest.raises(Refused, match="nothing_to_skip"):
        ask("skip")


def test_a_stop_is_stopping_until_stripe_confirms(session, stripe_up, plan, ask, run_jobs):
    assert ask("stop", does_jobs=False).state == "stopping"
    change = session.scalars(select(PlanChange)).one()
    stripe_up.control("switches", down=True)
    with pytest.raises(Unavailable):
        plans.make_change(change.id, now=clock.now())
    session.refresh(plan)
    assert plan.state == "stopping"
    stripe_up.control("switches", down=False)
    run_jobs()
    session.refresh(plan)
    assert plan.state == "stopped"
    assert at_stripe(plan)["status"] == "canceled"
    assert ask("stop").state == "stopped"  # a second press changes nothing
    with pytest.raises(Refused, match="plan_over"):
        ask("amount", amount_minor=80_00)


def test_a_stop_that_stripe_never_heard_of_is_told_again_for_ever(
    session, stripe_up, plan, ask, run_jobs, monkeypatch
):
    ask("stop", does_jobs=False)
    session.connection().exec_driver_sql("DELETE FROM procrastinate_jobs")  # given up
    session.commit()
    later = clock.now() + timedelta(days=40)
    monkeypatch.setattr(clock, "now", lambda: later)
    go_on()
    run_jobs()
    session.refresh(plan)
    assert plan.state == "stopped"


def test_nothing_stopped_is_left_billing(session, stripe_up, plan, ask):
    """Say, a backup was put back, or somebody acted on Stripe's own pages."""
    running = plan.stripe_subscription_id
    ask("stop", does_jobs=False)
    assert plans.check_office("nz", now=clock.now()) == [running]
    session.refresh(plan)
    assert plan.state == "stopped"
    assert plans.check_office("nz", now=clock.now()) == []


def test_what_ended_at_stripe_without_a_word_is_found_at_night(session, stripe_up, plan):
    stripe_up.client().v1.subscriptions.cancel(plan.stripe_subscription_id)
    plans.check_office("nz", now=clock.now())
    session.refresh(plan)
    assert plan.state == "stopped"


def test_one_change_at_a_time_but_a_stop_waits_for_nothing(session, plan, ask):
    ask("amount", does_jobs=False, amount_minor=80_00)
    with pytest.raises(Refused, match="change_under_way"):
        ask("pause")
    assert ask("stop").state == "stopped"
    kinds = {c.kind: c.state for c in session.scalars(select(PlanChange))}
    assert kinds["stop"] == "done"


def test_nobody_changes_another_donors_plan(session, plan):
    for actor in (Actor("donor", new_id()), Actor("anonymous")):
        with pytest.raises(Denied):
            plans.ask_change(session, plan.id, kind="stop", after={}, actor=actor, now=clock.now())


def test_another_card_is_given_on_stripes_page(session, stripe_up, plan, run_jobs):
    old = at_stripe(plan)["default_payment_method"]["id"]
    actor = Actor("donor", plan.donor_id)
    address = plans.open_card_page(plan.id, path="/give", actor=actor, now=clock.now())
    stripe_up.control("pay", session_id=address.rpartition("/")[2])
    (intent,) = stripe_up.client().v1.setup_intents.list().data
    plan_id, method = plans.ask_card("nz", intent.id)
    for _ in range(2):
        plans.take_card(session, plan_id, method, actor=actor, now=clock.now())
        session.commit()
        run_jobs()
    assert at_stripe(plan)["default_payment_method"]["id"] == method != old
    assert len(session.scalars(select(PlanChange)).all()) == 1
