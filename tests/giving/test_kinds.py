"""A regular gift of another kind follows on the first: no month twice, and never both charged."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from fund import clock, signed
from fund.errors import Denied, Refused, Unavailable
from fund.gateways import stripe
from fund.giving import plans, pledges, rounds
from fund.giving.models import Gift, Plan, PlanChange
from fund.giving.orders import Order
from fund.giving.plans.mailing import KEEP
from fund.ids import new_id
from fund.money import Money, baht
from fund.permissions import SYSTEM, Actor
from tests.giving.factories import FIFTY, begin_plan, start_plan

pytestmark = pytest.mark.usefixtures("world", "mailbox")

THAI = {"country": "TH", "method": "checkout"}
YEARLY = ("year", "card")
PLEDGE = ("month", "promptpay")
CARD = ("month", "card")


@pytest.fixture
def by_card(session, stripe_up):
    return run(session, stripe_up)


@pytest.fixture
def in_baht(session, stripe_up):
    """A card in Thailand: its owner may as well give by PromptPay."""
    return run(session, stripe_up, baht(500_00), order=Order(**THAI))


@pytest.fixture
def pledge(session):
    """A pledge whose first gift came today."""
    plan = start_plan(session, baht(500_00), email="thai@example.org", order=Order(country="TH"))
    gift = pledges.ask_first(session, plan, now=clock.now())
    settle(session, gift)
    session.refresh(plan)
    return plan


def run(session, twin, amount=FIFTY, **more):
    plan = begin_plan(session, twin, amount, **more)
    plans.follow("nz", plan.stripe_subscription_id, now=clock.now())
    session.refresh(plan)
    return plan


def settle(session, gift):
    pledges.settle_by_bank(
        session,
        office_id=gift.office_id,
        reference=gift.payment_reference,
        amount=gift.amount,
        booked_on=clock.bangkok_day(clock.now()),
        line_reference=f"line {gift.id}",
        actor=SYSTEM,
        now=clock.now(),
    )
    session.commit()


def change(session, plan, kind, amount_minor=None, actor=None):
    new = plans.change_kind(
        session,
        plan.id,
        kind,
        amount_minor=amount_minor or plan.amount_minor,
        actor=actor or Actor("donor", plan.donor_id),
        now=clock.now(),
    )
    session.commit()
    return new


def give_card(session, twin, plan):
    """The donor goes through Stripe's page; we have not heard of it yet."""
    address = plans.open_checkout(plan.id, now=clock.now())
    twin.control("pay", session_id=address.rpartition("/")[2])


def at(monkeypatch, day: date):
    moment = datetime.combine(day, time(10), ZoneInfo("Asia/Bangkok"))
    monkeypatch.setattr(clock, "now", lambda: moment)


def gifts(session):
    session.expire_all()
    return session.scalars(select(Gift).order_by(Gift.id)).all()


def subjects(mailbox):
    return [mail["Subject"] for mail in mailbox.mails if "regular gift" in mail["Subject"]]


def test_by_the_year_instead_of_the_month_on_one_page_and_back(
    client, session, stripe_up, by_card, post, run_jobs, mailbox
):
    page = f"/give/regular/{signed.write(KEEP, by_card.id)}"
    assert "each year, by card or wallet" in client.get(page).text
    answer = post(page, kind="way", way="year:card", amount="600")
    new = session.scalars(select(Plan).where(Plan.replaces_id == by_card.id)).one()
    assert answer.headers["Location"] == f"/give/monthly/{new.id}/checkout"
    assert "You began to change the way you give" in client.get(page).text
    address = client.get(answer.headers["Location"]).headers["Location"]
    stripe_up.control("pay", session_id=address.rpartition("/")[2])
    assert "goes on in another way" in client.get(f"/give/monthly/{new.id}").text
    session.expire_all()
    assert (by_card.state, new.state, new.every) == ("stopping", "active", "year")
    assert "is being stopped" in client.get(page).text
    run_jobs()
    session.expire_all()
    assert by_card.state == "stopped"
    assert subjects(mailbox) == ["Your regular gift goes on in another way"]
    assert f"/give/regular/{signed.write(KEEP, new.id)}" in client.get(page).text


def test_nothing_is_charged_before_the_day_on_which_the_first_one_would_be(
    session, stripe_up, by_card, run_jobs
):
    due = by_card.next_on
    new = change(session, by_card, YEARLY, 600_00)
    give_card(session, stripe_up, new)
    plans.ask_stripe(new.id, now=clock.now())
    run_jobs()
    session.expire_all()
    assert (new.next_on, new.is_additional) == (due, False)
    assert len(gifts(session)) == 1
    (running,) = stripe_up.client().v1.subscriptions.list().data
    assert (running.id, running.status) == (new.stripe_subscription_id, "trialing")
    stripe_up.control("next_month", subscription=new.stripe_subscription_id)
    invoice = stripe.retrieve_subscription("nz", new.stripe_subscription_id)["latest_invoice"]
    plans.record_payment(session, plans.ask_invoice("nz", invoice), now=clock.now())
    session.commit()
    assert [gift.amount for gift in gifts(session)] == [FIFTY, Money(600_00, "NZD")]
    assert plans.check_office("nz", now=clock.now()) == []


def test_a_pledge_begins_only_once_stripe_confirms_that_the_card_is_charged_no_more(
    session, stripe_up, in_baht, run_jobs, monkeypatch, mailbox
):
    due = in_baht.next_on
    new = change(session, in_baht, PLEDGE)
    (asked,) = session.scalars(select(PlanChange)).all()
    stripe_up.control("switches", down=True)
    with pytest.raises(Unavailable):
        plans.make_change(asked.id, now=clock.now())
    session.expire_all()
    assert (in_baht.state, new.state) == ("stopping", "open")
    stripe_up.control("switches", down=False)
    run_jobs()
    session.expire_all()
    assert (in_baht.state, new.state, new.next_on) == ("stopped", "active", due)
    assert new.office_id != in_baht.office_id
    assert stripe_up.client().v1.subscriptions.list().data == []
    rounds.ask_for_pledges()
    assert len(gifts(session)) == 1
    at(monkeypatch, due)
    rounds.ask_for_pledges()
    rounds.ask_for_pledges()
    assert [gift.method for gift in gifts(session)] == ["plan", "promptpay"]
    run_jobs()
    assert subjects(mailbox) == ["Your regular gift goes on in another way"]


def test_what_the_card_paid_in_a_month_is_not_asked_of_the_pledge_that_follows(
    session, stripe_up, in_baht, run_jobs, monkeypatch
):
    """Stripe was told of the end too late."""
    due = in_baht.next_on
    new = change(session, in_baht, PLEDGE)
    run_jobs()
    first = gifts(session)[0]
    late = Gift(
        **{
            column.key: getattr(first, column.key)
            for column in Gift.__table__.columns
            if column.key not in ("id", "stripe_invoice_id")
            and not column.key.startswith("stripe_")
        },
        id=new_id(),
        stripe_invoice_id="in_late",
    )
    late.paid_on = due
    session.add(late)
    session.commit()
    at(monkeypatch, due)
    rounds.ask_for_pledges()
    session.refresh(new)
    assert {gift.method for gift in gifts(session)} == {"plan"}
    assert new.next_on > due


def test_a_card_instead_of_a_pledge_is_charged_from_the_next_month_on(
    session, stripe_up, pledge, run_jobs, monkeypatch
):
    due = pledge.next_on
    new = change(session, pledge, CARD)
    assert (pledge.state, new.state) == ("active", "open")
    give_card(session, stripe_up, new)
    with monkeypatch.context() as later:
        at(later, due)
        rounds.ask_for_pledges()  # meanwhile it is not asked for
    assert len(gifts(session)) == 1
    plans.ask_stripe(new.id, now=clock.now())
    run_jobs()
    session.expire_all()
    assert (pledge.state, new.state, new.next_on) == ("stopped", "active", due)
    assert len(gifts(session)) == 1


def test_a_card_that_failed_gives_way_to_a_pledge_at_once(
    session, stripe_up, in_baht, run_jobs, monkeypatch, mailbox
):
    in_baht.state = "past_due"
    session.commit()
    new = change(session, in_baht, PLEDGE)
    run_jobs()
    session.refresh(new)
    assert (new.state, new.next_on) == ("active", clock.bangkok_day(clock.now()))


def test_who_leaves_the_page_keeps_what_was(client, session, stripe_up, by_card, post, run_jobs):
    new = change(session, by_card, YEARLY)
    with pytest.raises(Refused, match="change_under_way"):
        plans.ask_change(
            session,
            by_card.id,
            kind="pause",
            after={},
            actor=Actor("donor", by_card.donor_id),
            now=clock.now(),
        )
    session.rollback()
    address = plans.open_checkout(new.id, now=clock.now())
    stripe_up.client().v1.checkout.sessions.expire(address.rpartition("/")[2])
    assert "goes on as before" in client.get(f"/give/monthly/{new.id}").text
    post(f"/give/monthly/{new.id}/again")
    session.expire_all()
    assert (new.state, by_card.state) == ("expired", "active")
    again = change(session, by_card, YEARLY, 700_00)
    assert change(session, by_card, YEARLY, 800_00).id != again.id
    session.expire_all()
    assert again.state == "expired"


def test_what_cannot_be_changed_is_not_offered(session, stripe_up, by_card, pledge, monkeypatch):
    assert plans.list_kinds(session, by_card, now=clock.now()) == [YEARLY]
    others = [("month", "card"), ("year", "card"), ("year", "promptpay")]
    assert sorted(plans.list_kinds(session, pledge, now=clock.now())) == others
    for wrong in (PLEDGE, CARD, ("week", "card"), ("", "")):
        with pytest.raises(Refused, match="kind_not_now"):
            change(session, by_card, wrong)
    with pytest.raises(Denied):
        change(session, by_card, YEARLY, actor=Actor("donor", new_id()))
    soon = by_card.next_on - timedelta(days=1)
    at(monkeypatch, soon)
    with pytest.raises(Refused, match="kind_not_now"):
        change(session, by_card, YEARLY)


def test_a_yearly_pledge_takes_the_place_of_a_monthly_one_here_and_now(session, pledge):
    due = pledge.next_on
    new = change(session, pledge, ("year", "promptpay"), 5_000_00)
    session.expire_all()
    assert (pledge.state, new.state, new.next_on) == ("stopped", "active", due)
