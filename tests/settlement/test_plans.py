"""What Stripe tells of plans: in any order, any number of times, the same gifts and books."""

import random

import pytest
from sqlalchemy import select, text

from fund import clock
from fund.giving import plans
from fund.giving.models import Gift, Receipt
from fund.settlement import operations
from fund.settlement.models import BalanceTransaction
from tests.giving.factories import begin_plan, pay_plan
from tests.settlement.factories import deliver, drain, wait_for_all

pytestmark = pytest.mark.usefixtures("world")


def gifts_of(session):
    session.expire_all()
    return session.scalars(select(Gift)).all()


@pytest.mark.parametrize("seed", range(4))
def test_events_in_any_order_and_twice_make_one_gift_with_one_receipt(
    client, session, stripe_up, receiver, seed
):
    plan = pay_plan(session, stripe_up)
    taken = wait_for_all(stripe_up, receiver)
    order = [*taken, *taken]
    random.Random(seed).shuffle(order)
    for one in order:
        assert deliver(client, [one]) == [200]
        drain()
    (gift,) = gifts_of(session)
    session.refresh(plan)
    assert (gift.plan_id, gift.state, gift.fund_id) == (plan.id, "paid", plan.fund_id)
    assert len(session.scalars(select(Receipt)).all()) == 1
    assert (plan.state, plan.stripe_item_id is not None) == ("active", True)


def test_the_feed_that_is_first_books_the_charge_to_the_plans_fund(session, stripe_up):
    """A subscription's charge says nothing of whose it is, and a booked line stays where it is."""
    plan = pay_plan(session, stripe_up)
    operations.pull_feed("nz", now=clock.now())
    (gift,) = gifts_of(session)
    line = session.scalars(select(BalanceTransaction)).one()
    assert (line.gift_id, line.fund_id, line.state) == (gift.id, plan.fund_id, "posted")


def test_the_feed_after_the_event_makes_no_second_gift(session, stripe_up):
    plan = begin_plan(session, stripe_up)
    operations.pull_feed("nz", now=clock.now())
    (gift,) = gifts_of(session)
    line = session.scalars(select(BalanceTransaction)).one()
    assert (line.gift_id, line.fund_id) == (gift.id, plan.fund_id)


def test_an_old_answer_held_back_undoes_nothing(session, stripe_up):
    plan = begin_plan(session, stripe_up)
    old = plans.ask_subscription("nz", plan.stripe_subscription_id)
    stripe_up.client().v1.subscriptions.cancel(plan.stripe_subscription_id)
    plans.follow("nz", plan.stripe_subscription_id, now=clock.now())
    with session.begin_nested():
        plans.apply_subscription(session, old, now=clock.now())
    session.refresh(plan)
    assert plan.state == "stopped"


def test_money_that_comes_after_the_end_is_a_gift_all_the_same(session, stripe_up):
    plan = pay_plan(session, stripe_up)
    client = stripe_up.client()
    (doc,) = client.v1.subscriptions.list().data
    client.v1.subscriptions.cancel(doc.id)
    plans.follow("nz", doc.id, now=clock.now())
    payment = plans.ask_invoice("nz", doc.latest_invoice)
    plans.record_payment(session, payment, now=clock.now())
    session.commit()
    session.refresh(plan)
    assert plan.state == "stopped"
    assert [gift.plan_id for gift in gifts_of(session)] == [plan.id]


def test_the_database_lets_no_plan_come_back_and_no_gift_change_its_plan(session, stripe_up):
    plan = begin_plan(session, stripe_up)
    stripe_up.client().v1.subscriptions.cancel(plan.stripe_subscription_id)
    plans.follow("nz", plan.stripe_subscription_id, now=clock.now())
    for change in (
        "UPDATE plan SET state = 'active', stopped_at = NULL",
        "UPDATE plan SET currency = 'USD'",
        "DELETE FROM plan",
        "UPDATE gift SET stripe_invoice_id = 'in_other'",
    ):
        with pytest.raises(Exception, match="RestrictViolation"), session.begin_nested():
            session.execute(text(change))


def test_a_failed_payment_is_told_once_kindly_and_the_end_is_told_too(
    client, session, stripe_up, receiver, mailbox, run_jobs
):
    plan = begin_plan(session, stripe_up)
    twin = stripe_up.client()
    method = twin.v1.subscriptions.retrieve(plan.stripe_subscription_id).default_payment_method
    stripe_up.control("card_refuses", payment_method=method, decline_code="insufficient_funds")
    stripe_up.control("next_month", subscription=plan.stripe_subscription_id)
    taken = wait_for_all(stripe_up, receiver)
    deliver(client, [*taken, *taken])
    drain()
    run_jobs()
    session.refresh(plan)
    assert plan.state == "past_due"
    told = [mail for mail in mailbox.mails if "did not go through" in mail["Subject"]]
    assert len(told) == 1
    twin.v1.subscriptions.cancel(plan.stripe_subscription_id)
    deliver(client, wait_for_all(stripe_up, receiver))
    drain()
    run_jobs()
    session.refresh(plan)
    assert plan.state == "stopped"
    assert any("has been stopped" in mail["Subject"] for mail in mailbox.mails)


def test_a_plan_that_every_try_failed_for_ends_and_its_donor_is_thanked_by_mail(
    client, session, stripe_up, receiver, mailbox, run_jobs
):
    plan = begin_plan(session, stripe_up)
    twin = stripe_up.client()
    method = twin.v1.subscriptions.retrieve(plan.stripe_subscription_id).default_payment_method
    stripe_up.control("card_refuses", payment_method=method, decline_code="generic_decline")
    stripe_up.control("next_month", subscription=plan.stripe_subscription_id)
    invoice = twin.v1.subscriptions.retrieve(plan.stripe_subscription_id).latest_invoice
    for _ in range(3):
        stripe_up.control("next_try", invoice=invoice)
    taken = wait_for_all(stripe_up, receiver)
    deliver(client, [*taken, *taken])
    drain()
    run_jobs()
    session.refresh(plan)
    assert plan.state == "stopped"
    (mail,) = [mail for mail in mailbox.mails if mail["Subject"] == "Your regular gift has ended"]
    words = mail.get_body(("plain",)).get_content()
    assert "We tried several times" in words
    assert "Thank you for all that you gave" in words
    assert "/give\r\n" in words
    assert not any("has been stopped" in other["Subject"] for other in mailbox.mails)
    assert plans.check_office("nz", now=clock.now()) == []
