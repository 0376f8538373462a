"""A promise without a card: each month a mail with a fresh code, and nothing taken by itself."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from fund import clock, signed
from fund.db import transaction
from fund.errors import Refused
from fund.giving import plans, pledges, rounds
from fund.giving.models import Donor, Gift, Plan, PlanLetter, Receipt
from fund.giving.plans.mailing import KEEP
from fund.giving.pledges import mailing
from fund.giving.tax_ids import open_of_gift
from fund.money import baht
from fund.permissions import SYSTEM, Actor
from tests.giving.factories import give_form, register_thai_office

pytestmark = pytest.mark.usefixtures("world", "mailbox")

FIVE_HUNDRED = baht(500_00)


@pytest.fixture
def at(monkeypatch):
    """Make it another day, 9:00 in Thailand."""

    def move(year, month, day):
        moment = datetime(year, month, day, 2, 0, tzinfo=UTC)
        monkeypatch.setattr(clock, "now", lambda: moment)
        return moment

    return move


def pledge_form(**changes):
    thai = {"frequency": "month", "currency": "THB", "country": "TH", "choice": "THB:50000"}
    return give_form(**thai | changes)


def settle(session, gift, day):
    """The bank's statement shows it."""
    paid = pledges.settle_by_bank(
        session,
        office_id=gift.office_id,
        reference=gift.payment_reference,
        amount=gift.amount,
        booked_on=day,
        line_reference=f"line {gift.id}",
        actor=SYSTEM,
        now=clock.now(),
    )
    session.commit()
    return paid


@pytest.fixture
def plan(session, at):
    """A pledge whose first gift came on 5 November."""
    at(2026, 11, 5)
    begun = begin(session)
    settle(session, gifts(session)[-1], date(2026, 11, 5))
    return begun


def begin(session, every="month"):
    made = plans.start_plan(
        session,
        amount=FIVE_HUNDRED,
        every=every,
        fund_code="education",
        email="donor@example.org",
        name="Mere Donor",
        language="en",
        now=clock.now(),
    )
    pledges.ask_first(session, made, now=clock.now())
    session.commit()
    return made


def gifts(session):
    session.expire_all()
    return session.scalars(select(Gift).order_by(Gift.id)).all()


def change(session, plan, kind, **after):
    actor = Actor("donor", plan.donor_id)
    plans.ask_change(session, plan.id, kind=kind, after=after, actor=actor, now=clock.now())
    session.commit()


def subjects(mailbox):
    return [mail["Subject"] for mail in mailbox.mails if "gift for" in mail["Subject"]]


def ask(run_jobs):
    rounds.ask_for_pledges()
    run_jobs()


def test_the_give_page_begins_a_pledge_with_a_code_and_writes_to_nobody_before_it_is_paid(
    client, session, post, run_jobs, mailbox, at
):
    page = post("/give", **pledge_form(show="frequency")).text
    assert "A pledge: each time you get a mail" in page
    assert 'value="promptpay" checked' in page
    answer = post("/give", **pledge_form(method="promptpay"))
    (gift,) = gifts(session)
    assert answer.headers["Location"] == f"/give/pay/{gift.id}"
    page = client.get(answer.headers["Location"]).text
    assert "This is your pledge" in page
    assert gift.payment_reference in page
    plan = session.scalars(select(Plan)).one()
    assert (plan.method, plan.state, plan.office_id) == ("promptpay", "open", gift.office_id)
    later = clock.now() + timedelta(days=20)
    at(later.year, later.month, later.day)
    ask(run_jobs)
    assert mailbox.mails == []


def test_by_card_the_same_gift_goes_to_the_office_abroad(session, post, world):
    page = post("/give", **pledge_form(method="checkout", show="method")).text
    assert world.abroad.legal_name in page
    answer = post("/give", **pledge_form(method="checkout", office="nz"))
    assert answer.headers["Location"].endswith("/checkout")
    assert session.scalars(select(Plan)).one().method == "card"


def test_the_first_gift_begins_it_and_each_month_brings_one_mail_with_one_code(
    session, plan, run_jobs, mailbox, at, client
):
    assert (plan.state, plan.next_on) == ("active", date(2026, 12, 5))
    at(2026, 12, 4)
    ask(run_jobs)
    assert len(gifts(session)) == 1
    at(2026, 12, 5)
    for _ in range(3):
        ask(run_jobs)
    first, second = gifts(session)
    assert (second.plan_id, second.for_month, second.state) == (plan.id, date(2026, 12, 1), "open")
    assert second.payment_reference != first.payment_reference
    (mail,) = [mail for mail in mailbox.mails if "one scan" in mail["Subject"]]
    words = mail.get_body(("plain",)).get_content()
    assert f"/give/pay/{second.id}" in words
    assert f"/give/regular/{signed.write(KEEP, plan.id)}" in words
    assert client.get(f"/give/pay/{second.id}/qr.png").content_type == "image/png"
    assert plan.next_on == date(2027, 1, 5)


def test_a_gift_of_a_pledge_is_paid_and_receipted_as_any_other(session, plan, run_jobs, at):
    at(2026, 12, 5)
    ask(run_jobs)
    gift = gifts(session)[-1]
    assert settle(session, gift, date(2026, 12, 6)).state == "paid"
    assert len(session.scalars(select(Receipt)).all()) == 2
    assert plan.next_on == date(2027, 1, 5)


def test_two_kind_reminders_and_then_silence(session, plan, run_jobs, mailbox, at):
    at(2026, 12, 5)
    ask(run_jobs)
    for day in range(6, 29):
        at(2026, 12, day)
        ask(run_jobs)
        rounds.expire_gifts()
    told = subjects(mailbox)
    assert [("one scan" in subject) for subject in told] == [True, False, False]
    assert gifts(session)[-1].state == "expired"
    at(2027, 1, 5)
    ask(run_jobs)
    assert len(subjects(mailbox)) == 4  # the next month is asked anew, what was left out is not


@pytest.mark.parametrize("end", ["paid", "pause", "stop"])
def test_reminders_end_when_it_is_matched_paused_or_stopped(
    session, plan, run_jobs, mailbox, at, end
):
    at(2026, 12, 5)
    ask(run_jobs)
    if end == "paid":
        settle(session, gifts(session)[-1], date(2026, 12, 7))
    else:
        change(session, plan, end)
        assert gifts(session)[-1].state == "expired"
    for day in (10, 17):
        at(2026, 12, day)
        ask(run_jobs)
    assert len(subjects(mailbox)) == 1
    at(2027, 1, 5)
    ask(run_jobs)
    assert len(subjects(mailbox)) == (2 if end == "paid" else 1)


def test_a_mail_that_waits_while_the_pledge_is_stopped_does_not_leave(
    session, plan, run_jobs, mailbox, at
):
    at(2026, 12, 5)
    rounds.ask_for_pledges()
    change(session, plan, "stop")
    run_jobs()
    assert subjects(mailbox) == []


def test_a_crash_between_sending_and_recording_sends_the_same_message_again(
    app, session, plan, run_jobs, mailbox, at, monkeypatch
):
    """As for every mail of ours: the receiver knows by its id that it is one."""
    at(2026, 12, 5)
    rounds.ask_for_pledges()
    gift = gifts(session)[-1]
    monkeypatch.setattr(mailing, "transaction", _crash)
    with app.app_context(), pytest.raises(KeyboardInterrupt):
        mailing.mail_pledge("asked", str(gift.id))
    monkeypatch.setattr(mailing, "transaction", transaction)
    rounds.ask_for_pledges()
    run_jobs()
    run_jobs()
    ids = [mail["Message-ID"] for mail in mailbox.mails if "one scan" in mail["Subject"]]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert len(gifts(session)) == 2
    assert session.scalars(select(PlanLetter.sent_at)).one() is not None


def _crash():
    raise KeyboardInterrupt


def test_after_an_outage_only_the_month_that_runs_is_asked_for(session, plan, run_jobs, at):
    at(2027, 3, 9)
    ask(run_jobs)
    ask(run_jobs)
    assert [gift.for_month for gift in gifts(session)[1:]] == [date(2027, 3, 1)]
    session.refresh(plan)
    assert plan.next_on == date(2027, 4, 5)


def test_no_month_is_asked_twice_whatever_is_changed(session, plan, run_jobs, at):
    at(2026, 12, 5)
    ask(run_jobs)
    change(session, plan, "pause")
    change(session, plan, "resume")
    change(session, plan, "day", day=20)
    session.execute(text("UPDATE plan SET next_on = '2026-12-20'"))
    session.commit()
    at(2026, 12, 20)
    ask(run_jobs)
    assert len(gifts(session)) == 2
    with pytest.raises(Exception, match="uq_gift_plan_id_for_month"), session.begin_nested():
        pledges.ask_first(session, plan, now=clock.now())


def test_amount_day_skip_and_fund_count_from_the_next_code_on(session, plan, run_jobs, at, world):
    change(session, plan, "amount", amount_minor=900_00)
    change(session, plan, "fund", fund="vocational")
    change(session, plan, "day", day=15)
    assert plan.next_on == date(2026, 12, 15)
    change(session, plan, "skip")
    assert (plan.skips_on, plan.next_on) == (date(2026, 12, 15), date(2027, 1, 15))
    with pytest.raises(Refused, match="nothing_to_skip"):
        change(session, plan, "skip")
    at(2026, 12, 15)
    ask(run_jobs)
    assert len(gifts(session)) == 1
    at(2027, 1, 15)
    ask(run_jobs)
    gift = gifts(session)[-1]
    assert (gift.amount, gift.fund_id) == (baht(900_00), world.funds["vocational"].id)
    assert plan.skips_on is None


def test_the_mailed_page_stops_it_at_once_and_a_late_payment_is_a_gift_all_the_same(
    client, session, plan, post, run_jobs, mailbox, at
):
    at(2026, 12, 5)
    ask(run_jobs)
    address = f"/give/regular/{signed.write(KEEP, plan.id)}"
    page = client.get(address).text
    assert "with a code by mail each time" in page
    assert f"/give/pay/{gifts(session)[-1].id}" in page
    assert "another card" not in page
    assert post(address, kind="stop").status_code == 303
    assert "has ended" in client.get(address).text
    session.refresh(plan)
    assert plan.state == "stopped"
    gift = gifts(session)[-1]
    assert "nothing is owed" in client.get(f"/give/pay/{gift.id}").text
    assert settle(session, gift, date(2026, 12, 9)).state == "paid"
    assert session.get_one(Plan, plan.id).state == "stopped"


def test_a_pledge_whose_first_code_nobody_pays_is_given_up_and_begins_if_it_is_paid_late(
    session, at
):
    at(2026, 11, 5)
    plan = begin(session)
    at(2026, 11, 27)
    rounds.expire_gifts()
    session.refresh(plan)
    assert plan.state == "expired"
    settle(session, gifts(session)[-1], date(2026, 11, 27))
    session.refresh(plan)
    assert (plan.state, plan.next_on) == ("active", date(2026, 12, 27))


def test_the_tax_number_goes_on_from_one_gift_of_a_pledge_to_the_next(
    session, world, post, run_jobs, at
):
    at(2026, 11, 5)
    register_thai_office(session, world)
    form = pledge_form(wants_tax_receipt="true", tax_id="1103702071811")
    assert post("/give", **form | {"tax_id": ""}).status_code == 422
    assert post("/give", **form).status_code == 303
    settle(session, gifts(session)[-1], date(2026, 11, 5))
    at(2026, 12, 5)
    ask(run_jobs)
    second = gifts(session)[-1]
    donor = session.get_one(Donor, second.donor_id)
    assert open_of_gift(session, second, donor) == "1103702071811"
    settle(session, second, date(2026, 12, 5))
    assert session.scalars(select(Receipt.kind)).all() == ["th_donation", "th_donation"]


def test_a_yearly_pledge_is_asked_for_once_a_year(session, run_jobs, at):
    at(2026, 11, 30)
    plan = begin(session, every="year")
    settle(session, gifts(session)[-1], date(2026, 11, 30))
    session.refresh(plan)
    assert plan.next_on == date(2027, 11, 28)


def test_stripe_has_no_part_in_a_pledge(client, session, plan):
    assert client.get(f"/give/monthly/{plan.id}").status_code == 404
    assert client.get(f"/give/monthly/{plan.id}/checkout").status_code == 404
    for wrong in (
        "UPDATE plan SET stripe_subscription_id = 'sub_1'",
        "UPDATE plan SET state = 'past_due'",
        "UPDATE plan SET method = 'card'",
        "UPDATE plan SET next_on = NULL",
        "UPDATE gift SET for_month = '2026-12-01'",
    ):
        with pytest.raises(Exception, match=r"[Vv]iolat"), session.begin_nested():
            session.execute(text(wrong))
