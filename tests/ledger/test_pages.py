"""Finance and auditors read the books; nobody else does."""

from datetime import date

import pytest

from fund.clock import bangkok_day
from fund.clock import now as current_time
from fund.db import PAGE
from fund.ids import new_id
from fund.ledger import journals, operations, statements
from fund.ledger.journals import Book
from fund.permissions import SYSTEM, Role
from tests.ledger.factories import give_cash, make_fund, make_office
from tests.people.factories import make_staff

DAY = date(2026, 11, 24)


@pytest.fixture
def auditor(client, session, sign_in):
    """A browser in which an auditor is signed in."""
    return sign_in(client, make_staff(session, Role.AUDITOR))


def post_charges(session, count: int) -> list:
    book = Book.load(session, make_fund(session).id, make_office(session, "nz").id, "NZD")
    drafts = [journals.charge(book, f"txn_{n:03}", DAY, 10_000, 320) for n in range(count)]
    return operations.post(session, drafts, actor=SYSTEM, now=current_time())


def test_empty_books_say_so(auditor):
    assert "No fund is open yet." in auditor.get("/staff/ledger").text
    assert "Nothing is booked yet." in auditor.get("/staff/ledger/journals").text


def test_the_balances_show_each_fund_and_equal_totals(auditor, session):
    give_cash(session, make_fund(session), 150_050)
    post_charges(session, 1)
    page = auditor.get("/staff/ledger").text
    assert page.count("1,500.50") >= 4  # cash, available, bank, contributions, totals
    assert "Where needed most, NZD" in page
    assert "96.80" in page
    assert "LIFT Practice Trust" in page


def test_the_journals_are_listed_newest_first_a_page_at_a_time(auditor, session):
    ids = post_charges(session, PAGE + 3)
    first = auditor.get("/staff/ledger/journals").text
    assert "Gift by card or wallet" in first
    assert "Stripe, pending / Contributions" in first
    assert f"before={ids[3]}" in first
    assert f"/staff/ledger/journals/{ids[2]}" not in first
    older = auditor.get(f"/staff/ledger/journals?before={ids[3]}").text
    assert [f"/staff/ledger/journals/{i}" in older for i in ids[:4]] == [True] * 3 + [False]
    assert "Older ones" in first
    assert "Older ones" not in older


def test_a_list_that_fills_its_page_exactly_leads_no_further(auditor, session):
    post_charges(session, PAGE)
    assert "Older ones" not in auditor.get("/staff/ledger/journals").text


def test_a_list_of_journals_costs_three_statements(session, count_statements):
    post_charges(session, 40)
    with count_statements() as seen:
        rows = statements.list_journals(session)
        assert [line.fund.name_en for row in rows for line in row.lines]
    assert (len(rows), rows.has_more) == (40, False)
    assert len(seen) == 3


def test_a_journal_shows_its_transfers_and_its_seal(auditor, session):
    [journal_id] = post_charges(session, 1)
    page = auditor.get(f"/staff/ledger/journals/{journal_id}").text
    for words in (
        "txn_000", "Stripe · nz", "the service itself", "Processing fees", "NZD 3.20",
        "Hash of these rows",
    ):  # fmt: skip
        assert words in page
    assert auditor.get(f"/staff/ledger/journals/{new_id()}").status_code == 404


def test_the_books_read_in_thai(auditor, session):
    give_cash(session, make_fund(session), 100)
    auditor.set_cookie("language", "th")
    assert "ช่วยในส่วนที่จำเป็นที่สุด" in auditor.get("/staff/ledger").text


def test_the_balances_show_what_is_kept_from_awards_and_what_is_missing(auditor, session):
    fund, day = make_fund(session), bangkok_day(current_time())
    give_cash(session, fund, 100_000)
    book = Book.load(session, fund.id, make_office(session, "th").id, "THB")
    drafts = [
        journals.charge(book, "txn_1", day, 32_100, 0),
        journals.tax_on_fees(book, new_id(), day, 4_300),
    ]
    operations.post(session, drafts, actor=SYSTEM, now=current_time())
    operations.hold(
        session,
        fund_id=fund.id,
        currency="THB",
        amount_minor=65_400,
        concerns=None,
        cause="inquiry:1",
        actor=SYSTEM,
        now=current_time(),
    )
    page = auditor.get("/staff/ledger").text
    for shown in ("321.00", "the last 14 days", "654.00", "43.00", "303.00"):
        assert shown in page
    assert "short" not in page
    refund = journals.refund(book, "txn_2", day, 50_000, charge_txn_id="txn_0")
    operations.post(session, [refund], actor=SYSTEM, now=current_time())
    page = auditor.get("/staff/ledger").text
    assert "−197.00" in page
    assert ">short<" in page
    assert "Where needed most is short by ฿197" in auditor.get("/staff/").text
