"""A skipped gift, on Stripe's test clock: one month passes without a charge, the next does not."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from fund import clock
from fund.giving import plans
from fund.giving.models import Gift, StripeCustomer
from fund.permissions import Actor
from tests.giving.factories import make_donor, pay_plan
from tests.sandbox.stripe_twin.billing import advance

pytestmark = pytest.mark.usefixtures("world", "mailbox")


@pytest.fixture
def month(session, world, stripe_up):
    """A plan whose donor lives by a test clock, and a way to let time pass for it."""
    client = stripe_up.client()
    start = int(clock.now().timestamp())
    test_clock = client.v1.test_helpers.test_clocks.create({"frozen_time": start})
    customer = client.v1.customers.create({"test_clock": test_clock.id})
    donor = make_donor(session)
    session.add(
        StripeCustomer(
            donor_id=donor.id,
            office_id=world.abroad.id,
            currency="NZD",
            customer_id=customer.id,
        )
    )
    return Month(session, stripe_up, test_clock.id)


class Month:
    def __init__(self, session, twin, clock_id):
        self.session, self.twin, self.clock_id = session, twin, clock_id
        self.plan = pay_plan(session, twin)
        plans.ask_stripe(self.plan.id, now=clock.now())
        self.look()

    def pass_until(self, day):
        """Let Stripe's clock come to the end of `day`, and follow what happened."""
        client = self.twin.client()
        advance(client, self.clock_id, datetime(day.year, day.month, day.day, 23, tzinfo=UTC))
        for invoice in client.v1.invoices.list().data:
            payment = plans.ask_invoice("nz", invoice.id)
            if payment is not None:
                plans.record_payment(self.session, payment, now=clock.now())
        self.session.commit()
        self.look()

    def look(self):
        self.session.refresh(self.plan)
        plans.follow("nz", self.plan.stripe_subscription_id, now=clock.now())
        self.session.refresh(self.plan)

    @property
    def gifts(self):
        return len(self.session.scalars(select(Gift)).all())


def test_the_skipped_month_passes_without_a_charge_and_the_next_one_is_charged(
    session, stripe_up, month, run_jobs
):
    plan = month.plan
    skipped = plan.next_on
    plans.ask_change(
        session,
        plan.id,
        kind="skip",
        after={},
        actor=Actor("donor", plan.donor_id),
        now=clock.now(),
    )
    session.commit()
    run_jobs()
    month.look()
    assert (plan.state, plan.skips_on, month.gifts) == ("active", skipped, 1)

    month.pass_until(skipped)
    assert month.gifts == 1
    assert (plan.state, plan.skips_on) == ("active", skipped)
    following = plan.next_on
    assert timedelta(27) < following - skipped < timedelta(32)
    (voided,) = stripe_up.client().v1.invoices.list({"status": "void"}).data
    assert voided.amount_paid == 0

    month.pass_until(skipped + timedelta(days=4))
    assert (plan.state, plan.skips_on, plan.next_on) == ("active", None, following)
    assert month.gifts == 1

    month.pass_until(following)
    assert month.gifts == 2
    month.pass_until(plan.next_on)
    assert month.gifts == 3
