"""The auditor follows things and persons through the log, and learns nothing about survivors."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import db
from fund.audit import operations as audit
from fund.audit.events import FundOpened
from fund.audit.models import Checkpoint, Event, Leaf
from fund.awards.models import Award, Instalment
from fund.disbursements import operations
from fund.disbursements.models import Payment
from fund.i18n import format_money
from fund.ids import new_id
from fund.ledger.models import Fund
from fund.money import baht
from fund.permissions import SYSTEM, Role
from tests.applications.factories import NOW
from tests.bookkeeping.factories import at, enter_rate, make_entry, make_finance
from tests.disbursements.factories import Team, make_sent, make_team
from tests.giving.factories import make_giving_world, pay_gift, start_gift
from tests.people.factories import make_staff
from tests.survivors.factories import NAME


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


@pytest.fixture
def payment(session: Session, team: Team) -> Payment:
    """A payment that the bank confirmed."""
    payment = make_sent(session, team).payments[0]
    operations.confirm_payment(
        session,
        payment,
        bank_reference="ENTRY-1",
        paid_on=NOW.date(),
        actor=team.treasurer.actor_at(NOW),
        now=NOW,
    )
    return payment


@pytest.fixture
def award(session: Session, payment: Payment) -> Award:
    instalment = session.get_one(Instalment, payment.instalment_id)
    return session.get_one(Award, instalment.award_id)


@pytest.fixture
def auditor(session: Session, client: FlaskClient, sign_in) -> FlaskClient:
    return sign_in(client, make_staff(session, Role.AUDITOR))


def in_order(page: str, *titles: str) -> bool:
    places = [page.index(title) for title in titles]
    return places == sorted(places)


def test_one_award_is_followed_from_application_to_payment(auditor: FlaskClient, award: Award):
    assert f"/staff/trail/awards/{award.id}" in auditor.get("/staff/trail").text
    page = auditor.get(f"/staff/trail/awards/{award.id}").text
    titles = [
        "Application begun", "Application submitted", "Vote cast", "Decided", "Money reserved",
        "Award accepted", "Condition confirmed", "Run prepared", "Run approved",
        "Run sent to the bank", "Payment sent", "Payment confirmed by the bank",
    ]  # fmt: skip
    for title in titles:
        assert title in page
    assert in_order(page, "Application begun", "Decided", "Payment confirmed by the bank")
    # The payment left (both of the run's), and one was confirmed.
    assert len(re.findall(r"/staff/ledger/journals/[0-9a-f-]{36}", page)) == 3
    assert "asks for ฿10,000" in page
    assert "The bank confirms ฿" in page


def test_an_application_shows_its_round_and_votes(auditor: FlaskClient, award: Award):
    page = auditor.get(f"/staff/trail/applications/{award.application_id}").text
    assert "The vote in round 1: Approve." in page
    assert "The outcome of round 1: Approved, ฿10,000." in page
    assert f"/staff/trail/awards/{award.id}" in page


def test_a_payment_shows_its_run_payee_and_journals(
    auditor: FlaskClient, payment: Payment, award: Award
):
    page = auditor.get(f"/staff/trail/payments/{payment.id}").text
    for title in ("Payee entered", "Payee’s account checked", "Run approved", "Payment sent"):
        assert title in page
    assert len(re.findall(r"/staff/ledger/journals/[0-9a-f-]{36}", page)) == 2
    amount = format_money(baht(payment.amount_minor))
    assert f"Payment confirmed by the bank: {amount}, on" in page
    assert f"/staff/trail/awards/{award.id}" in page


def test_a_fund_shows_its_opening_and_what_it_promised(
    auditor: FlaskClient, session: Session, award: Award
):
    page = auditor.get(f"/staff/trail/funds/{award.fund_id}").text
    assert in_order(page, "Fund opened", "Money reserved", "Reserved money used")
    name = session.get_one(Fund, award.fund_id).name_en
    assert f"The fund “{name}” holds ฿10,000 for this award." in page


def test_a_fund_shows_entries_for_it_and_the_rates_of_its_currencies(
    auditor: FlaskClient, session: Session
):
    world, finance = make_giving_world(session), make_finance(session)
    fund, other = world.funds["general"], world.funds["education"]
    entry = make_entry(session, finance, "interest", at(fund, world.thai, 500))
    enter_rate(session, finance.proposer)
    session.commit()
    page = auditor.get(f"/staff/trail/funds/{fund.id}").text
    assert "Proposed for the books: Interest, for" in page
    assert f"/staff/ledger/entries/{entry.id}" in page
    assert "one unit of NZD is worth 19.5" in page
    page = auditor.get(f"/staff/trail/funds/{other.id}").text
    assert "Proposed for the books" not in page


def test_a_gift_shows_its_receipt(auditor: FlaskClient, session: Session):
    make_giving_world(session)
    gift = pay_gift(session, start_gift(session, now=NOW), paid_at=NOW)
    page = auditor.get(f"/staff/trail/gifts/{gift.id}").text
    assert "Somebody began to give NZ$50" in page
    assert in_order(page, "Gift begun", "Gift paid")
    assert "Receipt NZ-2026-000001 of the office nz: NZ$50" in page


def test_a_donor_is_followed_without_a_name(auditor: FlaskClient, session: Session):
    make_giving_world(session)
    first, second = (start_gift(session) for _ in range(2))
    assert first.donor_id == second.donor_id
    pay_gift(session, first)
    page = auditor.get(f"/staff/trail/donors/{first.donor_id}").text
    assert page.count("Gift begun</a>") == 2
    assert "Receipt issued" in page
    assert "Mere Donor" not in page
    assert "donor@example.org" not in page


def test_a_person_shows_what_they_did_and_what_was_done(
    auditor: FlaskClient, payment: Payment, team: Team
):
    page = auditor.get(f"/staff/trail/staff/{team.finance.id}").text
    for title in ("Payee entered", "Run prepared", "Run sent to the bank", "Booked"):
        assert title in page
    assert "Payment confirmed by the bank</a>" not in page  # that was the treasurer
    assert in_order(page, "Run sent to the bank", "Run prepared")  # newest first


def test_the_trail_names_staff_and_nobody_else(
    auditor: FlaskClient, payment: Payment, award: Award, team: Team
):
    for path in (
        f"awards/{award.id}", f"applications/{award.application_id}", f"payments/{payment.id}",
        f"funds/{award.fund_id}", f"staff/{team.finance.id}",
    ):  # fmt: skip
        page = auditor.get(f"/staff/trail/{path}").text
        assert any(name in page for name in ("Fah Finance", "Chair", "Niran Staff")), path
        assert NAME not in page
        assert NAME.split()[0] not in page


def test_who_keeps_the_books_follows_money_but_no_vote(
    client: FlaskClient, session: Session, sign_in, payment: Payment, award: Award
):
    sign_in(client, make_staff(session, Role.TREASURER))
    page = client.get(f"/staff/trail/payments/{payment.id}").text
    assert "Payment confirmed by the bank" in page
    assert "/log/check/" not in page  # proofs are the auditor's
    assert "/staff/trail/awards/" not in page
    for path in ("/staff/trail", f"/staff/trail/awards/{award.id}", "/staff/log"):
        assert client.get(path).status_code == 403


@pytest.mark.parametrize(
    "kind", ["gifts", "applications", "awards", "payments", "funds", "staff", "donors"]
)
def test_what_is_not_there_is_not_found(auditor: FlaskClient, kind: str):
    assert auditor.get(f"/staff/trail/{kind}/{new_id()}").status_code == 404


def test_only_what_a_checkpoint_covers_can_be_checked(
    auditor: FlaskClient, session: Session, award: Award
):
    address = f"/staff/trail/awards/{award.id}"
    [first, second] = session.scalars(
        select(Event).where(Event.subject_id == award.application_id).order_by(Event.id).limit(2)
    )
    for index, event in enumerate((first, second)):
        leaf = Leaf(
            index=index, event_id=event.id, leaf_hash=event.leaf_hash, epoch=event.epoch,
            xid=event.xid,
        )  # fmt: skip
        session.add(leaf)
    session.commit()
    assert "not sealed yet" in auditor.get(address).text
    assert "/log/check/" not in auditor.get(address).text  # in the tree, but not signed
    session.add(Checkpoint(size=1, root=bytes(32), note="", at=NOW))
    session.commit()
    page = auditor.get(address).text
    assert f"/log/check/{first.id}" in page
    assert f"/log/check/{second.id}" not in page


def test_a_long_timeline_is_paged_and_asks_no_more(
    auditor: FlaskClient, session: Session, count_statements
):
    fund = new_fund(session)
    counts = []
    for number in (2, db.PAGE - 2, 10):
        for _ in range(number):
            record_opening(session, fund)
        with count_statements() as seen:
            page = auditor.get(f"/staff/trail/funds/{fund.id}").text
        counts.append((page.count('<th scope="row">'), len(seen)))
    assert [rows for rows, _ in counts] == [3, db.PAGE, db.PAGE]
    assert len({statements for _, statements in counts}) == 1
    further = re.search(r'rel="next" href="([^"]+)"', page)
    assert further
    assert auditor.get(further[1]).text.count('<th scope="row">') == 11


def test_a_thing_without_events_says_so(auditor: FlaskClient, session: Session):
    nobody = make_staff(session, Role.CASEWORKER)
    assert "Nothing happened yet." in auditor.get(f"/staff/trail/staff/{nobody.id}").text


def new_fund(session: Session) -> Fund:
    make_giving_world(session)
    return session.scalars(select(Fund).where(Fund.code == "general")).one()


def record_opening(session: Session, fund: Fund) -> None:
    event = FundOpened(
        fund.id, code="general", restriction="none", purpose=None, row_sha256="00",
        accounts_sha256="00",
    )  # fmt: skip
    audit.record(session, event, actor=SYSTEM, now=NOW)
    session.commit()
