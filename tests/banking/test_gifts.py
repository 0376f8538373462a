"""Gifts by PromptPay, settled as the statement that shows them is recorded."""

import pytest
from sqlalchemy import func, select, text

from fund.banking import operations, queries
from fund.banking.models import BankLine
from fund.giving.models import Receipt
from fund.ledger.models import Journal, Office
from fund.money import baht
from tests.banking.factories import Said, camt, make_account, record
from tests.bookkeeping.factories import NOW, make_finance
from tests.giving.factories import make_giving_world, start_gift


@pytest.fixture
def scene(session):
    make_giving_world(session)
    finance = make_finance(session)
    office = session.scalars(select(Office).where(Office.code == "th")).one()
    return finance, make_account(session, office, finance.second)


def scan(session, amount=1_500_00):
    return start_gift(session, baht(amount), country="TH")


def states(session):
    return session.scalars(select(BankLine.state).order_by(BankLine.position)).all()


def test_a_gift_is_paid_and_receipted_as_finance_records_the_file(session, scene):
    finance, account = scene
    gift = scan(session)
    broken = f"QR {gift.payment_reference[:4].lower()} {gift.payment_reference[4:]}"
    record(session, account, camt([Said("1500.00", details=broken)]), finance.proposer)
    session.refresh(gift)
    assert (gift.state, gift.paid_on.isoformat()) == ("paid", "2026-11-20")
    assert states(session) == ["matched"]
    journal = session.scalars(select(Journal).where(Journal.kind == "gift_to_bank")).one()
    assert (journal.idempotency_key, journal.occurred_on) == (str(gift.id), gift.paid_on)
    assert session.scalar(select(func.count(Receipt.id)).where(Receipt.gift_id == gift.id)) == 1
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def test_another_amount_or_no_reference_waits_for_a_person(session, scene):
    finance, account = scene
    gift = scan(session)
    said = [Said("1400.00", details=gift.payment_reference), Said("1500.00", details="thank you")]
    record(session, account, camt(said), finance.proposer)
    session.refresh(gift)
    assert (gift.state, states(session)) == ("open", ["open", "open"])


def test_a_gift_paid_twice_is_booked_once_and_the_second_line_stays(session, scene):
    finance, account = scene
    gift = scan(session)
    said = [Said("1500.00", details=f"{gift.payment_reference} {n}") for n in (1, 2)]
    statement = record(session, account, camt(said), finance.proposer)
    assert states(session) == ["matched", "open"]
    assert queries.list_suggestions(session, queries.list_open(session, statement)) == []


def test_opened_again_the_gift_finds_its_line_by_its_reference(session, scene):
    finance, account = scene
    first, second = scan(session), scan(session)
    said = [Said("1500.00", details=gift.payment_reference) for gift in (first, second)]
    statement = record(session, account, camt(said), finance.proposer)
    line = session.scalars(select(BankLine).order_by(BankLine.position)).first()
    operations.open_line(session, line, actor=finance.second, now=NOW)
    (found,) = queries.list_suggestions(session, queries.list_open(session, statement))
    assert (found.target.kind, found.rule) == ("booked", "reference")
