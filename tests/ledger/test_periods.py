"""Days that are closed stay closed, in order, with what every account then stood at."""

import hashlib
import threading
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from fund.audit import queries as audit
from fund.db import reading, transaction
from fund.errors import NotFound, Refused
from fund.ids import new_id
from fund.ledger import balances, journals, operations
from fund.ledger.journals import Book
from fund.ledger.models import Journal, Period, PeriodSnapshot
from fund.ledger.operations import Unreconciled
from fund.permissions import SYSTEM
from tests.ledger.factories import close_until, give_cash, make_fund, make_office

JANUARY, FEBRUARY = date(2026, 1, 31), date(2026, 2, 28)


def begun(session, last_on, now):
    period_id = operations.open_period(session, last_on, actor=SYSTEM, now=now)
    operations.begin_closing(session, period_id, actor=SYSTEM, now=now)
    return period_id


def close(session, period_id, now, *, reason=None, unreconciled=()):
    operations.close_period(
        session, period_id, reason=reason, unreconciled=unreconciled, actor=SYSTEM, now=now
    )


def in_transit(session, day, now):
    """Baht that left for a payee and that the bank did not show yet."""
    fund = make_fund(session)
    give_cash(session, fund, 10_000, now=datetime(2026, 1, 5, tzinfo=UTC))
    book = Book.load(session, fund.id, make_office(session, "th").id, "THB")
    payment = journals.payment_sent(book, new_id(), day, 4_000)
    operations.post(session, [payment], actor=SYSTEM, now=now)


def test_a_period_goes_from_open_to_closed_with_its_snapshot_and_its_events(session, now):
    journal_fund = make_fund(session)
    give_cash(session, journal_fund, 10_000, now=datetime(2026, 1, 5, tzinfo=UTC))
    give_cash(session, journal_fund, 500, now=datetime(2026, 2, 2, tzinfo=UTC))
    period_id = begun(session, JANUARY, now)
    close(session, period_id, now)
    period = session.get_one(Period, period_id)
    assert (period.status, period.first_on, period.last_on) == ("closed", None, JANUARY)
    kept = {
        row.account_id: (row.debits, row.credits)
        for row in session.scalars(select(PeriodSnapshot).filter_by(period_id=period_id))
    }
    assert kept == balances.totals_at(session, JANUARY)
    lines = "".join(f"{a} {d} {c}\n" for a, (d, c) in sorted(kept.items()))
    assert period.snapshot_sha256 == hashlib.sha256(lines.encode()).digest()
    events = audit.list_events(session, [("period", period_id)])
    assert {e.name for e in events} == {"period_opened", "period_closing", "period_closed"}
    [closed] = [e for e in events if e.name == "period_closed"]
    assert closed.data["snapshot_sha256"] == period.snapshot_sha256.hex()


def test_the_first_period_begins_with_the_books_and_the_next_where_it_ends(session, now):
    operations.open_period(session, JANUARY, actor=SYSTEM, now=now)
    second = session.get_one(
        Period, operations.open_period(session, FEBRUARY, actor=SYSTEM, now=now)
    )
    assert (second.first_on, second.last_on) == (date(2026, 2, 1), FEBRUARY)
    for last_on in (JANUARY, FEBRUARY):
        with pytest.raises(Refused, match="period_not_next"), session.begin_nested():
            operations.open_period(session, last_on, actor=SYSTEM, now=now)


def test_a_period_is_closed_once_its_days_are_over_and_in_order(session, now):
    first = operations.open_period(session, JANUARY, actor=SYSTEM, now=now)
    second = begun(session, FEBRUARY, now)
    third = operations.open_period(session, date(2026, 11, 24), actor=SYSTEM, now=now)
    for code, step in (
        ("earlier_period_open", lambda: close(session, second, now)),
        ("period_state", lambda: close(session, first, now)),
        ("period_state", lambda: operations.begin_closing(session, second, actor=SYSTEM, now=now)),
        (
            "period_not_over",
            lambda: operations.begin_closing(session, third, actor=SYSTEM, now=now),
        ),
    ):
        with pytest.raises(Refused, match=code), session.begin_nested():
            step()
    midnight = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # in Bangkok the 25th begins
    operations.begin_closing(session, third, actor=SYSTEM, now=midnight)
    with pytest.raises(NotFound):
        operations.begin_closing(session, new_id(), actor=SYSTEM, now=now)


def test_what_is_open_needs_a_written_why(session, now):
    in_transit(session, JANUARY, now)
    period_id = begun(session, JANUARY, now)
    for reason in (None, "", "  "):
        with pytest.raises(Refused, match="period_unreconciled"), session.begin_nested():
            close(session, period_id, now, reason=reason)
    close(session, period_id, now, reason="The bank confirms in February.")
    assert session.get_one(Period, period_id).reason == "The bank confirms in February."


def test_what_other_rooms_know_needs_a_why_too(session, now):
    period_id = begun(session, JANUARY, now)
    item = Unreconciled("event_failed", str(new_id()), 1_200, "THB")
    with pytest.raises(Refused, match="period_unreconciled"), session.begin_nested():
        close(session, period_id, now, unreconciled=[item])
    close(session, period_id, now, reason="Known to Stripe.", unreconciled=[item])
    period = session.get_one(Period, period_id)
    assert period.unreconciled == [
        {
            "kind": "event_failed",
            "reference": item.reference,
            "amount_minor": 1_200,
            "currency": "THB",
        }
    ]


def test_money_that_arrived_after_the_last_day_was_open_on_it(session, now):
    in_transit(session, JANUARY, now)
    fund = make_fund(session)
    book = Book.load(session, fund.id, make_office(session, "th").id, "THB")
    confirmed = journals.payment_confirmed(book, new_id(), date(2026, 2, 2), 4_000)
    operations.post(session, [confirmed], actor=SYSTEM, now=now)
    january, february = begun(session, JANUARY, now), begun(session, FEBRUARY, now)
    with pytest.raises(Refused, match="period_unreconciled"), session.begin_nested():
        close(session, january, now)
    close(session, january, now, reason="Arrived on 2 February.")
    close(session, february, now)


@pytest.mark.parametrize("day", [date(2020, 5, 1), JANUARY])
def test_nothing_is_booked_on_closed_days_nor_before_them(session, now, day):
    fund = make_fund(session)
    close_until(session, JANUARY, now=now)
    book = Book.load(session, fund.id, make_office(session, "th").id, "THB")
    late = journals.payment_sent(book, new_id(), day, 100)
    with pytest.raises(Refused, match="period_closed"), session.begin_nested():
        operations.post(session, [late], actor=SYSTEM, now=now)
    operations.post(
        session,
        [journals.payment_sent(book, new_id(), date(2026, 2, 1), 100)],
        actor=SYSTEM,
        now=now,
    )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger.period SET status = 'open', closing_at = NULL, closing_by = NULL",
        "UPDATE ledger.period SET reason = 'another'",
        "UPDATE ledger.period SET days = '(,2030-01-01)'",
        "UPDATE ledger.period SET status = 'closing', closed_at = NULL, closed_by = NULL,"
        " unreconciled = NULL, snapshot_sha256 = NULL",
        "DELETE FROM ledger.period",
        "TRUNCATE ledger.period CASCADE",
        "DELETE FROM ledger.period_snapshot",
        "INSERT INTO ledger.period (id, days, status, opened_at, opened_by) VALUES"
        " (uuidv7(), '[2026-03-05,2026-04-01)', 'open', now(), 'system')",
        "INSERT INTO ledger.period (id, days, status, opened_at, opened_by) VALUES"
        " (uuidv7(), '[2025-01-01,2025-02-01)', 'open', now(), 'system')",
    ],
)
def test_not_even_the_owner_goes_back_or_leaves_a_gap(owner_session, now, change):
    give_cash(owner_session, make_fund(owner_session), 500)
    close_until(owner_session, FEBRUARY, now=now)
    with pytest.raises(DBAPIError) as refused, owner_session.begin_nested():
        owner_session.execute(text(change))
    assert refused.value.orig.sqlstate.startswith(("LF", "23"))


def test_closing_waits_for_what_is_being_booked_and_holds_back_the_rest(fresh_url, now):
    """A gift that is half booked is in the snapshot; what we decide meanwhile is refused."""
    with transaction() as session:
        fund = make_fund(session)
        book = Book.load(session, fund.id, make_office(session, "th").id, "THB")
        period_id = begun(session, JANUARY, now)
    refused, moved = [], []

    def shut():
        with transaction() as session:
            close(session, period_id, now)

    def book_late():
        try:
            with transaction() as session:
                operations.post(
                    session,
                    [journals.opening_balance(book, new_id(), JANUARY, 300)],
                    actor=SYSTEM,
                    now=now,
                )
        except Refused as error:
            refused.append(error.code)

    def book_what_the_bank_tells():
        with transaction() as session:
            told = journals.gift_to_bank(book, new_id(), JANUARY, 50)
            moved.extend(operations.post(session, [told], actor=SYSTEM, now=now))

    closing, late, told = (
        threading.Thread(target=work) for work in (shut, book_late, book_what_the_bank_tells)
    )
    with transaction() as session:
        operations.post(
            session,
            [journals.gift_to_bank(book, new_id(), JANUARY, 700)],
            actor=SYSTEM,
            now=now,
        )
        closing.start()
        wait_for_locks(1)
        late.start()
        told.start()
        wait_for_locks(3)
    for thread in (closing, late, told):
        thread.join()
    assert refused == ["period_closed"]
    with reading() as session:
        row = session.get_one(Journal, moved[0])
        assert (row.occurred_on, row.effective_on) == (JANUARY, date(2026, 2, 1))
        assert session.get_one(Period, period_id).status == "closed"
        kept = session.get_one(PeriodSnapshot, (period_id, book.account("bank").id))
        assert (kept.debits, kept.credits) == (700, 0)
        assert balances.totals_at(session, JANUARY)[book.account("bank").id] == (700, 0)


def test_closing_does_not_hold_up_the_books_for_one_that_never_ends(fresh_url, now, owner_of):
    """It waits ten seconds, here a fifth of one, and asks to be tried again."""
    with transaction() as session:
        fund = make_fund(session)
        book = Book.load(session, fund.id, make_office(session, "th").id, "THB")
        period_id = begun(session, JANUARY, now)
    with owner_of(fresh_url) as connection:
        connection.execute("ALTER FUNCTION ledger.close_period SET lock_timeout = '200ms'")
    gift = journals.gift_to_bank(book, new_id(), JANUARY, 700)
    with transaction() as slow:
        operations.post(slow, [gift], actor=SYSTEM, now=now)
        with pytest.raises(Refused, match="books_busy"), transaction() as session:
            close(session, period_id, now)
    with transaction() as session:
        close(session, period_id, now)
    with reading() as session:
        kept = session.get_one(PeriodSnapshot, (period_id, book.account("bank").id))
        assert (kept.debits, kept.credits) == (700, 0)


def wait_for_locks(count: int) -> None:
    """Until that many connections wait for a lock of another."""
    until = time.monotonic() + timedelta(seconds=10).total_seconds()
    while time.monotonic() < until:
        with reading() as session:
            waiting = session.scalar(
                text(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
                )
            )
        if waiting == count:
            return
        time.sleep(0.02)
    raise AssertionError("nobody waits")
