"""One plan a donor and fund unless confirmed; and nobody learns by an address who gives here."""

import re

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from fund import clock, signed
from fund.gateways import stripe
from fund.giving import plans
from fund.giving.models import Gift, Plan
from fund.giving.plans.mailing import KEEP
from fund.money import Money
from fund.permissions import Actor
from tests.giving.factories import begin_plan, give_form, make_donor, pay_plan, start_plan

pytestmark = pytest.mark.usefixtures("world", "mailbox")

EIGHTY = Money(80_00, "NZD")


@pytest.fixture
def first(session, stripe_up):
    return begin_plan(session, stripe_up)


@pytest.fixture
def second(session, stripe_up, first, run_jobs):
    plan = begin_plan(session, stripe_up, EIGHTY)
    run_jobs()
    session.refresh(plan)
    return plan


def is_asked_for(plan):
    """Whether Stripe would charge for it."""
    doc = stripe.retrieve_subscription("nz", plan.stripe_subscription_id)
    return doc["status"] == "active" and doc["pause_collection"] is None


def page_of(plan):
    return f"/give/regular/{signed.write(KEEP, plan.id)}"


def test_the_give_page_answers_the_same_whether_or_not_the_address_gives_here(
    client, session, stripe_up, first, post
):
    """Up to the payment, and on the page after it."""
    answers, thanks = [], []
    for email in ("donor@example.org", "nobody@example.org"):
        answer = post("/give", **give_form(frequency="month", email=email))
        plan = session.scalars(select(Plan).order_by(Plan.id.desc()).limit(1)).one()
        to_stripe = client.get(answer.headers["Location"])
        stripe_up.control("pay", session_id=to_stripe.headers["Location"].rpartition("/")[2])
        answers.append(
            [
                answer.status_code,
                answer.headers["Location"].replace(str(plan.id), "ID"),
                to_stripe.status_code,
            ]
        )
        page = client.get(f"/give/monthly/{plan.id}").text
        session.expire_all()
        for own in (str(plan.id), *re.findall(r'nonce[^>]+|/log/check/[^<]+|"csrf[^>]+', page)):
            page = page.replace(own, "")
        thanks.append(page)
    assert answers[0] == answers[1]
    assert thanks[0] == thanks[1]
    assert "we ask you by mail" in thanks[0]


def test_nor_does_the_work_tell_it_apart(session, first, post, count_statements):
    make_donor(session, "giver@example.org")
    session.commit()
    work = []
    for email in ("donor@example.org", "giver@example.org"):
        with count_statements() as seen:
            post("/give", **give_form(frequency="month", email=email))
        work.append(list(seen))
    assert work[0] == work[1]


def test_a_second_plan_gives_once_and_then_waits_for_the_donors_word(
    session, first, second, mailbox
):
    assert [gift.amount for gift in session.scalars(select(Gift).order_by(Gift.id))] == [
        first.amount,
        EIGHTY,
    ]
    assert (second.state, second.is_unconfirmed) == ("paused", True)
    assert is_asked_for(first)
    assert not is_asked_for(second)
    (mail,) = [m for m in mailbox.mails if "twice" in m["Subject"]]
    assert mail["To"] == "donor@example.org"
    words = mail.get_body(("plain",)).get_content()
    assert "NZ$80 each month" in words
    assert "NZ$50 each month" in words
    assert page_of(second) in words


@pytest.mark.parametrize(
    ("kind", "goes_on"),
    [("resume", [True, True]), ("only", [False, True]), ("stop", [True, False])],
)
def test_the_donor_chooses_both_or_one(
    client, session, first, second, post, run_jobs, kind, goes_on
):
    page = client.get(page_of(second)).text
    assert "another regular gift to this fund: NZ$50 each month" in page
    assert page_of(first) in page
    post(page_of(second), kind=kind)
    run_jobs()
    for plan in (first, second):
        plans.follow("nz", plan.stripe_subscription_id, now=clock.now())
        session.refresh(plan)
    assert [is_asked_for(plan) for plan in (first, second)] == goes_on
    assert [plan.state == "active" for plan in (first, second)] == goes_on
    assert "another regular gift" not in client.get(page_of(second)).text


def test_until_then_stripes_word_that_it_runs_changes_nothing(session, stripe_up, first, run_jobs):
    plan = pay_plan(session, stripe_up, EIGHTY)
    plans.ask_stripe(plan.id, now=clock.now())  # it begins, and Stripe is not told to wait yet
    plans.follow("nz", _subscription(session, plan), now=clock.now())
    session.refresh(plan)
    assert plan.state == "paused"
    run_jobs()
    assert not is_asked_for(plan)


def test_a_wait_that_stripe_forgot_is_asked_for_again_at_night(session, second, run_jobs):
    stripe.resume("nz", second.stripe_subscription_id, key="somebody at Stripe's own pages")
    assert plans.check_office("nz", now=clock.now()) == [second.stripe_subscription_id]
    run_jobs()
    session.refresh(second)
    assert second.state == "paused"
    assert not is_asked_for(second)


def test_two_tabs_that_are_both_paid_are_two_gifts_and_one_plan_that_goes_on(
    session, stripe_up, run_jobs
):
    tabs = [start_plan(session), start_plan(session)]
    for plan in tabs:
        address = plans.open_checkout(plan.id, now=clock.now())
        stripe_up.control("pay", session_id=address.rpartition("/")[2])
    for plan in tabs:
        plans.ask_stripe(plan.id, now=clock.now())
    run_jobs()
    session.expire_all()
    assert [plan.state for plan in tabs] == ["active", "paused"]
    assert [is_asked_for(plan) for plan in tabs] == [True, False]
    assert len(session.scalars(select(Gift)).all()) == 2


def test_another_fund_is_no_second_one_and_a_plan_does_not_move_beside_another(
    client, session, stripe_up, first, post
):
    other = begin_plan(session, stripe_up, fund="vocational")
    assert other.state == "active"
    page = post(page_of(other), kind="fund", fund="education")
    assert page.status_code == 422
    assert "a regular gift to this fund already" in page.text


def test_a_plan_that_moved_to_a_fund_where_one_began_meanwhile_waits_too(
    session, stripe_up, first, run_jobs, mailbox
):
    moved = begin_plan(session, stripe_up, fund="vocational")
    actor = Actor("donor", moved.donor_id)
    plans.ask_change(
        session, moved.id, kind="fund", after={"fund": "general"}, actor=actor, now=clock.now()
    )
    session.commit()
    begin_plan(session, stripe_up, fund="general")
    run_jobs()
    session.refresh(moved)
    assert (moved.state, moved.is_unconfirmed) == ("paused", True)
    assert any("twice" in mail["Subject"] for mail in mailbox.mails)


def test_the_database_lets_no_unconfirmed_plan_run(session, second):
    for change in (
        "UPDATE plan SET state = 'active' WHERE is_additional",
        "UPDATE plan SET is_additional = false",
    ):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text(change))


def _subscription(session, plan):
    session.refresh(plan)
    return plan.stripe_subscription_id
