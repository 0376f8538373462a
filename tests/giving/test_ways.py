"""How an office can be paid: finance says which ways, and two persons say to whose bank."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from fund import clock
from fund.audit.models import Event
from fund.errors import Denied, Refused
from fund.giving import operations, queries
from fund.giving.models import BillerChange, OfficeTerms
from fund.permissions import SYSTEM, Role
from tests.giving.factories import make_terms
from tests.people.factories import make_staff

pytestmark = pytest.mark.usefixtures("world")

BANK = {
    "biller_id": "099400016550199",
    "merchant_name": "PRACTICE LIFT NEW",
    "merchant_city": "CHIANG MAI",
}


@pytest.fixture
def finance(session):
    return make_staff(session, Role.FINANCE_OFFICER, name="Fah Finance")


@pytest.fixture
def treasurer(session):
    return make_staff(session, Role.TREASURER, name="Tawan Treasurer")


def biller(session, office):
    return queries.terms_at(session, office, clock.now()).biller_id


def ask(session, office, actor, **changes):
    change = operations.ask_biller(
        session, office, **BANK | changes, actor=actor.actor, now=clock.now()
    )
    session.commit()
    return change


# --- Ways to pay ------------------------------------------------------------------------------


def test_finance_says_what_stripes_page_offers(client, session, sign_in, post, world, finance):
    sign_in(client, finance)
    before = queries.terms_at(session, world.abroad, clock.now())
    assert "Link, Stripe’s own wallet" in client.get("/staff/offices").text
    form = {"version": before.version, "matching_days": "2", "card": "true"}
    assert post("/staff/offices/nz/ways", **form).status_code == 303
    after = queries.terms_at(session, world.abroad, clock.now())
    assert (after.stripe_methods, after.matching_days) == (["card"], 2)
    assert (after.fee_table, after.signatory_name) == (before.fee_table, before.signatory_name)
    stale = post("/staff/offices/nz/ways", **form)
    assert stale.status_code == 409
    assert "What you typed" in stale.text
    wrong = post("/staff/offices/nz/ways", **form | {"matching_days": "99"})
    assert "number of days up to 14" in wrong.text


def test_stripes_promptpay_is_for_thai_offices(client, session, sign_in, post, world, finance):
    sign_in(client, finance)
    page = client.get("/staff/offices/nz/ways").text
    assert "PromptPay at Stripe" not in page
    version = queries.terms_at(session, world.abroad, clock.now()).version
    form = {"version": version, "matching_days": "1", "card": "true", "promptpay": "true"}
    answer = post("/staff/offices/nz/ways", **form)
    assert answer.status_code == 422
    assert "offices in Thailand only" in answer.text
    with pytest.raises(DatabaseError, match="ck_office_terms_stripe_methods"):
        make_terms(session, world.abroad, stripe_methods=["card", "paypal"])


# --- Another bank for PromptPay ---------------------------------------------------------------


def test_another_bank_holds_once_a_second_person_agreed(
    client, session, sign_in, post, world, finance, treasurer
):
    old = biller(session, world.thai)
    sign_in(client, finance)
    asked = post("/staff/offices/th/biller", **BANK)
    page = client.get(asked.headers["Location"]).text
    assert "waits for a second person" in page
    assert "Lead the QR code" not in page  # not by who asked
    assert post(asked.headers["Location"] + "/approve").status_code == 403
    assert biller(session, world.thai) == old
    assert "Another bank is asked for" in client.get("/staff/offices").text
    again = post("/staff/offices/th/biller", **BANK)
    assert "that one is decided first" in again.text

    sign_in(client, treasurer)
    assert "Another bank for PromptPay" in client.get("/staff/").text
    page = client.get(asked.headers["Location"]).text
    assert BANK["biller_id"] in page
    assert old in page
    assert "Fah Finance" in page
    post(asked.headers["Location"] + "/approve")
    assert biller(session, world.thai) == BANK["biller_id"]
    page = client.get(asked.headers["Location"]).text
    assert "Tawan Treasurer" in page
    assert "Another bank for PromptPay" not in client.get("/staff/").text
    names = list(session.scalars(select(Event.name).where(Event.subject_id == world.thai.id)))
    assert names[-3:] == ["biller_change_asked", "biller_change_decided", "office_terms_changed"]


def test_nobody_agrees_to_their_own(session, world, treasurer):
    both = make_staff(session, Role.FINANCE_OFFICER, Role.TREASURER)
    change = ask(session, world.thai, both)
    with pytest.raises(Denied):
        operations.approve_biller(session, change.id, actor=both.actor, now=clock.now())
    change.move_to("approved")
    change.decided_by, change.decided_at = both.id, clock.now()
    with pytest.raises(DatabaseError, match="ck_biller_change_second"):
        session.flush()


def test_what_was_dropped_changes_nothing_and_another_can_be_asked_for(
    session, world, finance, treasurer
):
    old = biller(session, world.thai)
    change = ask(session, world.thai, finance)
    operations.drop_biller(session, change.id, actor=finance.actor, now=clock.now())
    session.commit()
    assert biller(session, world.thai) == old
    with pytest.raises(Denied):
        operations.approve_biller(session, change.id, actor=treasurer.actor, now=clock.now())
    second = ask(session, world.thai, finance)
    operations.drop_biller(session, second.id, actor=treasurer.actor, now=clock.now())
    second.state = "asked"
    with pytest.raises(DatabaseError, match="decided as it was asked"):
        session.flush()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"biller_id": "0123"}, "biller_id_wrong"),
        ({"merchant_name": "มูลนิธิ"}, "promptpay_needs_names"),
    ],
)
def test_what_no_code_can_say_is_not_asked_for(session, world, finance, changes, code):
    with pytest.raises(Refused, match=code):
        ask(session, world.thai, finance, **changes)


def test_one_person_alone_may_stop_the_code_but_not_begin_it_again(
    client, session, sign_in, post, world, finance
):
    sign_in(client, finance)
    post("/staff/offices/th/biller/stop")
    assert biller(session, world.thai) is None
    with pytest.raises(Refused, match="biller_needs_second"):
        make_terms(session, world.thai)


@pytest.mark.parametrize("who", ["system", "staff"])
def test_the_database_lets_nobody_set_another_bank_alone(session, world, finance, who):
    actor = SYSTEM if who == "system" else finance.actor
    with pytest.raises(Refused, match="biller_needs_second"):
        operations.set_terms(session, world.thai, **BANK, actor=actor, now=clock.now())


def test_an_agreement_counts_for_the_moment_it_was_given_and_no_other(
    session, world, finance, treasurer
):
    change = ask(session, world.thai, finance)
    operations.approve_biller(session, change.id, actor=treasurer.actor, now=clock.now())
    session.commit()
    make_terms(session, world.thai, **dict.fromkeys(BANK))
    with pytest.raises(Refused, match="biller_needs_second"):
        make_terms(session, world.thai, now=clock.now() + timedelta(hours=1), **BANK)
    kept = select(OfficeTerms.biller_id).where(OfficeTerms.office_id == world.thai.id)
    assert list(session.scalars(kept.order_by(OfficeTerms.valid_from)))[1:] == [
        BANK["biller_id"], None,
    ]  # fmt: skip
    assert session.scalar(select(BillerChange.state)) == "approved"
