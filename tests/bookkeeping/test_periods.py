"""Finance closes days once nothing in them is open, or says why it is; others see it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from fund.bookkeeping.unreconciled import list_unreconciled
from fund.clock import bangkok_day
from fund.disbursements import operations as disbursements
from fund.ids import new_id
from fund.ledger import journals, operations, queries
from fund.ledger.journals import Book
from fund.ledger.operations import Unreconciled
from fund.permissions import SYSTEM, Role
from fund.settlement.models import BalanceTransaction, InboxEvent
from fund.settlement.operations.feed import get_feed
from fund.settlement.operations.payouts import record_arrival
from tests.bookkeeping.factories import between, make_entry, make_finance
from tests.disbursements.factories import NOW, make_sent, make_team
from tests.ledger.factories import close_until, give_cash, make_fund, make_office
from tests.people.factories import make_staff

JANUARY, FEBRUARY = date(2026, 1, 31), date(2026, 2, 28)
MIDDLE = datetime(2026, 1, 15, 5, 0, tzinfo=UTC)


@pytest.fixture
def finance(client, session, sign_in):
    """A browser in which a finance officer is signed in."""
    return sign_in(client, make_staff(session, Role.FINANCE_OFFICER, name="Fah Finance"))


def stripe_line(session, **changes) -> BalanceTransaction:
    """A line of the office abroad; by default one that nobody could book."""
    values = {
        "id": f"txn_{new_id().hex[:8]}",
        "office_id": make_office(session, "nz").id,
        "category": "other_adjustment",
        "type": "adjustment",
        "source_id": "po_1",
        "amount_minor": -700,
        "fee_minor": 0,
        "net_minor": -700,
        "currency": "NZD",
        "happened_at": MIDDLE,
        "available_at": MIDDLE,
        "seen_at": MIDDLE,
        "state": "unclassified",
    }
    line = BalanceTransaction(**(values | changes))
    session.add(line)
    session.flush()
    return line


def leave_for_the_bank(session, now) -> BalanceTransaction:
    """A payout of 7.00 NZD that left Stripe in January."""
    payout = stripe_line(session, category="payout", type="payout", state="posted")
    book = Book.load(session, make_fund(session).id, payout.office_id, "NZD")
    left = journals.payout([(book, 700)], payout.id, date(2026, 1, 15))
    operations.post(session, [left], actor=SYSTEM, now=now)
    return payout


def test_a_payout_is_open_until_the_bank_shows_it(session, now):
    payout = leave_for_the_bank(session, now)
    on_its_way = [Unreconciled("payout", payout.id, 700, "NZD")]
    assert list_unreconciled(session, date(2026, 1, 14)) == []
    assert list_unreconciled(session, JANUARY) == on_its_way
    treasurer = make_staff(session, Role.TREASURER)
    record_arrival(
        session, payout.id, arrived_on=date(2026, 2, 2), actor=treasurer.actor_at(now), now=now
    )
    assert list_unreconciled(session, JANUARY) == on_its_way
    assert list_unreconciled(session, date(2026, 2, 2)) == []


def test_a_run_is_open_until_the_bank_has_shown_all_of_it(session):
    team = make_team(session)
    run = make_sent(session, team)
    sent_on = bangkok_day(NOW)
    assert list_unreconciled(session, sent_on) == [
        Unreconciled("run", str(run.id), run.total_minor, "THB")
    ]
    first, second = run.payments
    later = NOW + timedelta(days=2)
    disbursements.confirm_payment(
        session,
        first,
        bank_reference="B1",
        paid_on=sent_on + timedelta(days=1),
        actor=team.treasurer.actor_at(later),
        now=later,
    )
    assert list_unreconciled(session, sent_on + timedelta(days=1)) == [
        Unreconciled("run", str(run.id), second.amount_minor, "THB")
    ]
    disbursements.return_payment(
        session, second, reason="account_closed", actor=team.treasurer.actor_at(later), now=later
    )
    assert list_unreconciled(session, bangkok_day(later)) == []
    assert len(list_unreconciled(session, sent_on)) == 1


def test_disputes_and_what_no_payout_explains_are_named_by_account(session, now):
    office = make_office(session, "nz")
    book = Book.load(session, make_fund(session).id, office.id, "NZD")
    drafts = [
        journals.charge(book, "txn_c", date(2026, 1, 2), 900, 0),
        journals.dispute_opened(book, "txn_d", date(2026, 1, 9), 900, 0, charge_txn_id="txn_c"),
        journals.top_up(book, "txn_t", date(2026, 1, 9), 300),
    ]
    operations.post(session, drafts, actor=SYSTEM, now=now)
    assert sorted(list_unreconciled(session, JANUARY), key=lambda item: item.kind) == [
        Unreconciled("disputes", str(book.account("dispute_receivable").id), 900, "NZD"),
        Unreconciled("payouts_rest", str(book.account("payout_in_transit").id), -300, "NZD"),
    ]


def test_what_stripe_told_and_nobody_booked_is_open(session, now):
    line = stripe_line(session)
    feed = get_feed(session, line.office_id, now=now)
    session.add(
        InboxEvent(
            office_id=line.office_id,
            event_id="evt_1",
            type="charge.refunded",
            object_id="ch_1",
            happened_at=MIDDLE,
            received_at=MIDDLE,
            way="webhook",
            key_id=feed.key_id,
            sealed_payload=b"",
            state="failed",
            attempts=1,
            error="unreadable",
            due_at=MIDDLE,
        )
    )
    session.flush()
    assert list_unreconciled(session, date(2026, 1, 14)) == []
    assert list_unreconciled(session, JANUARY) == [
        Unreconciled("stripe_line", line.id, -700, "NZD"),
        Unreconciled("stripe_event", "evt_1"),
    ]


def test_an_entry_that_waits_for_a_second_person_is_open(finance, post, session):
    finance_team, fund = make_finance(session), make_fund(session)
    give_cash(session, fund, 10_000, now=MIDDLE)
    plan = between(fund, make_fund(session, "education"), make_office(session, "th"), 2_500)
    entry = make_entry(session, finance_team, "transfer", plan, day=JANUARY)
    assert list_unreconciled(session, date(2026, 1, 30)) == []
    assert list_unreconciled(session, JANUARY) == [
        Unreconciled("entry", str(entry.id), 2_500, "THB")
    ]
    shown = post("/staff/ledger/periods", last_on="2026-01-31").location
    page = finance.get(shown).text
    assert "Entry that waits for a second person" in page
    assert f"/entries/{entry.id}" in page


def test_finance_names_checks_and_closes_a_period(finance, post, session):
    give_cash(session, make_fund(session), 10_000, now=MIDDLE)
    page = finance.get("/staff/ledger/periods").text
    assert "all days are open" in page
    assert 'value="2026-01-31"' in page
    shown = post("/staff/ledger/periods", last_on="2026-01-31").location
    page = finance.get(shown).text
    assert "Everything up to 31 Jan" in page
    assert "Everything is reconciled." in page
    post(f"{shown}/closing")
    page = finance.get(shown).text
    assert "being closed" in page
    assert "Why it is closed" not in page
    closed = post(f"{shown}/close", seen=seen_on(page))
    assert closed.location == shown
    page = finance.get(shown).text
    assert "Everything was reconciled." in page
    assert "closed by Fah Finance" in page
    assert "last=2026-01-31" in page
    assert 'value="2026-02-28"' in finance.get("/staff/ledger/periods").text
    february = post("/staff/ledger/periods", last_on="2026-02-28").location
    assert "<h1>Feb 2026</h1>" in finance.get(february).text
    half = post("/staff/ledger/periods", last_on="2026-03-15").location
    assert "<h1>1 Mar to 15 Mar</h1>" in finance.get(half).text


def seen_on(page: str) -> str:
    return page.partition('name="seen" value="')[2].partition('"')[0]


def test_what_is_open_is_closed_over_only_with_a_reason(finance, post, session, now):
    payout = leave_for_the_bank(session, now)
    shown = post("/staff/ledger/periods", last_on="2026-01-31").location
    post(f"{shown}/closing")
    page = finance.get(shown).text
    assert "Payout of Stripe that was not at the bank" in page
    assert payout.id in page
    assert "NZ$7" in page
    refused = post(f"{shown}/close", seen=seen_on(page), reason="  ")
    assert refused.status_code == 422
    assert "write why you close all the same" in refused.text
    assert post(f"{shown}/close", seen=seen_on(page), reason="At the bank on 2 Feb.").location
    page = finance.get(shown).text
    assert "At the bank on 2 Feb." in page
    assert payout.id in page


def test_a_list_that_changed_meanwhile_is_shown_again(finance, post, session, now):
    shown = post("/staff/ledger/periods", last_on="2026-01-31").location
    post(f"{shown}/closing")
    seen = seen_on(finance.get(shown).text)
    payout = leave_for_the_bank(session, now)
    answer = post(f"{shown}/close", seen=seen, reason="I saw nothing.")
    assert answer.status_code == 422
    assert "What is open has changed meanwhile." in answer.text
    assert payout.id in answer.text
    assert "I saw nothing." in answer.text
    assert queries.find_last_period(session).status == "closing"


def test_a_period_that_is_not_over_cannot_be_closed_yet(finance, post):
    far = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
    shown = post("/staff/ledger/periods", last_on=far).location
    page = finance.get(shown).text
    assert "It can be closed once" in page
    assert "Begin to close it" not in page
    assert post(f"{shown}/closing").status_code == 422
    assert post("/staff/ledger/periods", last_on="2026-01-31").status_code == 422
    assert post("/staff/ledger/periods", last_on="soon").status_code == 422


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.TREASURER])
def test_who_reads_the_books_sees_periods_and_closes_none(client, session, sign_in, now, role):
    period_id = operations.open_period(session, JANUARY, actor=SYSTEM, now=now)
    operations.begin_closing(session, period_id, actor=SYSTEM, now=now)
    leave_for_the_bank(session, now)
    reader = sign_in(client, make_staff(session, role))
    assert "Name this period" not in reader.get("/staff/ledger/periods").text
    page = reader.get(f"/staff/ledger/periods/{period_id}").text
    assert "Payout of Stripe" in page
    assert "<textarea" not in page
    assert reader.get(f"/staff/ledger/periods/{new_id()}").status_code == 404


def test_a_journal_that_came_too_late_shows_its_true_day(finance, session, now):
    close_until(session, JANUARY, now=now)
    journal_id = give_cash(session, make_fund(session), 500, now=MIDDLE)
    page = finance.get(f"/staff/ledger/journals/{journal_id}").text
    assert "1 Feb" in page
    assert "True day" in page
    assert "15 Jan" in page


def test_the_list_asks_as_often_for_many_periods_as_for_one(
    finance, session, now, count_statements
):
    asked = []
    for days in (1, 30):
        last = queries.find_last_period(session)
        first = last.last_on if last else JANUARY
        for n in range(days):
            operations.open_period(session, first + timedelta(days=n + 1), actor=SYSTEM, now=now)
        with count_statements() as statements:
            assert finance.get("/staff/ledger/periods").text.count("card-row-action") >= days
        asked.append(len(statements))
    assert asked[0] == asked[1]
