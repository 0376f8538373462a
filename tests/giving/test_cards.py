"""A card that expires soon is told in time; nothing at Stripe tells it by itself."""

from datetime import timedelta

import pytest

from fund import clock
from fund.gateways import stripe
from fund.giving import plans
from tests.giving.factories import begin_plan

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
def plan(session, stripe_up):
    return begin_plan(session, stripe_up, language="en")


@pytest.fixture
def look(run_jobs, mailbox):
    """The nightly look; the mails about cards that there are by then."""

    def look(at=timedelta()):
        plans.check_office("nz", now=clock.now() + at)
        run_jobs()
        return [mail for mail in mailbox.mails if "expires soon" in mail["Subject"]]

    return look


def expires(twin, plan, in_days):
    """The card is one that expires with the month in which that day is."""
    day = clock.bangkok_day(clock.now()) + timedelta(days=in_days)
    method = stripe.retrieve_subscription("nz", plan.stripe_subscription_id)
    twin.control(
        "card_renewed",
        payment_method=method["default_payment_method"]["id"],
        exp_month=day.month,
        exp_year=day.year,
    )


def test_it_is_told_once_with_the_way_to_give_another(stripe_up, plan, look):
    expires(stripe_up, plan, 0)
    for _ in range(3):
        (mail,) = look()
    words = mail.get_body(("plain",)).get_content()
    assert "expires at the end of" in words
    assert "/give/regular/" in words
    assert "4242" not in words


def test_a_renewed_card_is_another_one(stripe_up, plan, look):
    expires(stripe_up, plan, 0)
    look()
    expires(stripe_up, plan, 400)
    assert len(look()) == 1
    assert len(look(timedelta(days=380))) == 2


def test_nothing_is_said_long_before_after_it_or_when_nothing_is_charged(
    session, stripe_up, plan, look
):
    assert look() == []
    expires(stripe_up, plan, 100)
    assert look() == []
    expires(stripe_up, plan, -60)
    assert look() == []
    expires(stripe_up, plan, 0)
    plan.state = "paused"
    session.commit()
    stripe.pause("nz", plan.stripe_subscription_id, resumes_at=None, key="p")
    assert look() == []
