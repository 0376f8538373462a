"""What is asked of one gift is asked of a regular one too: fee, company, note, dedication."""

import re

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from config.settings import StripeKeys
from fund import clock, keys
from fund.audit.models import Event
from fund.gateways import stripe
from fund.giving import plans, policy
from fund.giving.choices import FREQUENCIES
from fund.giving.models import Dedication, Donor, Gift, Plan, PlanDedication
from fund.giving.operations import set_terms
from fund.giving.plans.answers import PlanPayment
from fund.giving.plans.paying import record_payment
from fund.giving.words import open_dedication, open_words
from fund.ledger.models import Office
from fund.ledger.operations import open_office
from fund.money import CURRENCIES, OFFERED, Money
from fund.permissions import SYSTEM
from tests.giving.factories import begin, give_form, make_terms
from tests.ledger.factories import OFFICES, WHEN

pytestmark = pytest.mark.usefixtures("world")

TOLD = {
    "dedication": "memory",
    "honoured": "Ngaire Planted",
    "told_name": "Hemi Planted",
    "told_email": "Hemi@example.org",
}


@pytest.fixture
def thai_cards(session, world, app, stripe_up):
    """A Thai office with Stripe, and none with a QR code of ours; sets its list of methods."""
    settings = app.config["SETTINGS"]
    keys_of_all = settings.stripe | {"tc": StripeKeys("sk_test_practice_th", "whsec_practice_th")}
    stripe.init(keys_of_all, stripe_up.base_url, settings.base_url)
    values = OFFICES["th"] | {"stripe_account_id": "acct_practice_th", "receipt_prefix": "TC"}
    office = session.get_one(
        Office, open_office(session, code="tc", **values, actor=SYSTEM, now=WHEN)
    )
    no_code = {"biller_id": None, "merchant_name": None, "merchant_city": None}
    make_terms(session, world.thai, **no_code)
    session.commit()

    def offers(methods):
        set_terms(session, office, stripe_methods=methods, actor=SYSTEM, now=clock.now())
        session.commit()

    return offers


def start(client, session, **changes):
    """A monthly gift that was begun on the page."""
    answer = client.post("/give", data=give_form(frequency="month") | changes)
    assert answer.status_code == 303, answer.text
    return session.scalars(select(Plan)).one()


def pay(session, plan, number, amount=None):
    """What becomes of the plan's invoice of this number; no call to Stripe."""
    payment = PlanPayment(
        plan_id=plan.id,
        subscription_id="sub_1",
        invoice_id=f"in_{number}",
        payment_intent_id=f"pi_{number}",
        charge_id=f"ch_{number}",
        amount=amount or plan.amount,
        paid_at=clock.now(),
        product_id="fund_education",
    )
    gift = record_payment(session, payment, now=clock.now())
    session.commit()
    return gift


def told(mailbox):
    return [mail for mail in mailbox.mails if mail["To"] == "Hemi@example.org"]


def test_a_covered_fee_comes_on_top_each_time_and_is_named_first(client, session):
    form = give_form(frequency="month", choice="NZD:2500", covers_fee="true")
    first = client.post("/give", data=form)
    assert first.status_code == 422
    assert "it is NZ$26.28 in all" in first.text
    shown = re.search(r'name="total" value="(.*?)"', first.text)[1]
    plan = start(client, session, choice="NZD:2500", covers_fee="true", total=shown)
    assert (plan.amount_minor, plan.cover_minor) == (26_28, 1_28)
    assert pay(session, plan, 1).cover_minor == 1_28
    assert pay(session, plan, 2).cover_minor == 1_28
    other = pay(session, plan, 3, Money(50_00, "NZD"))  # a change was under way
    assert (other.amount_minor, other.cover_minor) == (50_00, 0)


def test_an_amount_that_is_changed_later_is_all_that_is_charged(
    client, session, stripe_up, mailbox, run_jobs
):
    plan = start(client, session, covers_fee="true", total="NZD:7820")
    address = plans.open_checkout(plan.id, now=clock.now())
    stripe_up.control("pay", session_id=address.rpartition("/")[2])
    plans.ask_stripe(plan.id, now=clock.now())
    assert "Of it for the fee" in client.get(f"/give/monthly/{plan.id}").text
    after = {"amount_minor": 60_00}
    plans.ask_change(session, plan.id, kind="amount", after=after, actor=SYSTEM, now=clock.now())
    session.commit()
    run_jobs()
    session.refresh(plan)
    assert (plan.amount_minor, plan.cover_minor) == (60_00, 0)


def test_a_company_stands_on_every_receipt_and_the_note_goes_with_the_first(
    client, session, mailbox, run_jobs
):
    plan = start(client, session, company="Planted Works", note="From our till", country="NZ")
    assert open_words(session, plan).note == "From our till"
    first, second = pay(session, plan, 1), pay(session, plan, 2)
    assert [open_words(session, gift).company for gift in (first, second)] == ["Planted Works"] * 2
    assert [open_words(session, gift).note for gift in (first, second)] == ["From our till", ""]
    assert (first.country, first.is_anonymous) == ("NZ", True)
    run_jobs()
    assert all("Planted Works, Mere Donor" in mail.as_string() for mail in mailbox.mails)


def test_the_third_person_is_told_once_after_the_first_payment(client, session, mailbox, run_jobs):
    plan = start(client, session, named="true", **TOLD)
    run_jobs()
    assert mailbox.mails == []
    first, second = pay(session, plan, 1), pay(session, plan, 2)
    pay(session, plan, 1)  # told again
    run_jobs()
    run_jobs()
    (mail,) = told(mailbox)
    said = mail.get_body(("plain",)).get_content()
    assert "Mere Donor has made a gift to the LIFT Life Fund in memory of Ngaire Planted" in said
    kept = session.get_one(Dedication, first.id)
    assert open_dedication(session, kept).honoured == "Ngaire Planted"
    assert session.get(Dedication, second.id) is None
    assert session.scalar(select(func.count(PlanDedication.plan_id))) == 0


def test_what_was_written_beside_a_regular_gift_lies_open_nowhere(client, session):
    plan = start(client, session, company="Planted Works", note="Planted note", **TOLD)
    rows = [plan, session.get_one(PlanDedication, plan.id), *session.scalars(select(Event))]
    held = repr([[getattr(row, c.key) for c in row.__table__.columns] for row in rows])
    assert "Planted" not in held
    assert "hemi@" not in held.lower()


def test_money_of_a_donor_who_was_forgotten_is_booked_all_the_same(
    client, session, mailbox, run_jobs
):
    plan = start(client, session, company="Planted Works", **TOLD)
    keys.destroy(session, session.get_one(Donor, plan.donor_id).key_id, now=clock.now())
    assert pay(session, plan, 1).state == "paid"
    assert told(mailbox) == []


def test_the_database_refuses_a_fee_that_is_the_whole_gift(client, session):
    plan = start(client, session)
    plan.cover_minor = plan.amount_minor
    with pytest.raises(DatabaseError, match="ck_plan_cover_minor"):
        session.flush()


# --- What is offered --------------------------------------------------------------------------


def test_amounts_on_offer_differ_by_how_often_one_gives(client):
    def shown(**form):
        return client.post("/give", data=give_form(show="frequency", choice="", **form)).text

    assert "NZ$75" in shown()
    assert "lunches at school, month by month" in shown(frequency="month")
    assert "NZ$600" in shown(frequency="year")
    assert "฿12,000" in shown(frequency="year", currency="THB")


def test_an_amount_that_was_shown_for_once_is_not_taken_each_month(client, session):
    form = give_form(frequency="month", amounts_for="once")
    answer = client.post("/give", data=form)
    assert answer.status_code == 422
    assert "Other amounts go with how often you give" in answer.text
    assert "NZ$12" in answer.text
    assert session.scalar(select(Plan.id)) is None
    typed = form | {"choice": "other", "amount": "75"}
    assert client.post("/give", data=typed).status_code == 303


@pytest.mark.parametrize("frequency", FREQUENCIES)
@pytest.mark.parametrize("currency", OFFERED)
def test_what_is_on_offer_can_be_given_and_is_about_as_much_everywhere(frequency, currency):
    amounts = [preset.amount.amount_minor for preset in policy.list_presets(currency, frequency)]
    assert amounts == sorted(set(amounts))
    assert amounts[0] >= CURRENCIES[currency].minimum_minor
    assert amounts[-1] < policy.MOST_MINOR[currency]
    assert all(minor % CURRENCIES[currency].step_minor == 0 for minor in amounts)
    for minor, satang in zip(amounts, policy.PRESETS[frequency]["THB"], strict=True):
        worth = minor * policy.MOST_MINOR["THB"] / policy.MOST_MINOR[currency]
        assert 0.8 < worth / satang < 1.25


# --- How it can be paid -----------------------------------------------------------------------


def offered_at_stripe(office, address):
    """What the page that this leads to offers."""
    return stripe.retrieve_session(office, address.rpartition("/")[2])["payment_method_types"]


def test_stripes_page_offers_the_offices_own_list_and_our_page_names_it(
    client, session, stripe_up, world
):
    make_terms(session, world.abroad, stripe_methods=["card"])
    session.commit()
    gift_id = begin(client)
    make_terms(session, world.abroad, stripe_methods=["card", "link"])
    session.commit()
    later = begin(client)
    # The one begun earlier is asked for as it was then, however often.
    for gift, methods in ((gift_id, ["card"]), (later, ["card", "link"])):
        address = client.get(f"/give/checkout/{gift}").headers["Location"]
        assert offered_at_stripe("nz", address) == methods
    assert "by card, Apple Pay, Google Pay, or Link" in client.get("/give").text
    plan = start(client, session)
    assert offered_at_stripe("nz", plans.open_checkout(plan.id, now=clock.now())) == methods


def test_stripes_promptpay_is_off_unless_the_office_has_it_and_never_for_a_plan(
    client, session, stripe_up, thai_cards
):
    baht = {"currency": "THB", "choice": "THB:150000", "country": "TH"}

    def offered(**form):
        begun = client.post("/give", data=give_form(**form)).headers["Location"]
        address = client.get(begun).headers["Location"]
        return offered_at_stripe("tc", address)

    assert "PromptPay" not in client.get("/give?currency=THB").text
    assert offered(**baht) == ["card"]
    thai_cards(["card", "promptpay"])
    assert "by card, Apple Pay, Google Pay, or PromptPay" in client.get("/give?currency=THB").text
    assert offered(**baht) == ["card", "promptpay"]
    assert offered(**baht, frequency="month") == ["card"]


def test_a_gift_by_stripes_promptpay_is_paid_after_the_donor_left_the_page(
    client, session, stripe_up, thai_cards
):
    thai_cards(["promptpay"])
    gift_id = begin(client, currency="THB", choice="THB:150000", country="TH")
    address = client.get(f"/give/checkout/{gift_id}").headers["Location"]
    checkout = address.rpartition("/")[2]
    stripe_up.control("pay_qr", session_id=checkout, outcome="leave")
    assert "not completed" in client.get(f"/give/thanks/{gift_id}").text
    stripe_up.control("pay_qr", session_id=checkout)
    assert "Your gift has arrived" in client.get(f"/give/thanks/{gift_id}").text
    assert session.get_one(Gift, gift_id).state == "paid"
