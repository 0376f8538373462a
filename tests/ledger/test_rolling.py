"""Totals by day are the plain sum at every moment, whatever commits late or is rolled up twice."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from fund import db
from fund.audit import operations as audit
from fund.db import reading, transaction
from fund.ids import new_id
from fund.ledger import balances, journals, operations, tasks, verification
from fund.ledger.journals import Book
from fund.ledger.models import RollUp
from fund.permissions import SYSTEM
from tests.audit.factories import sequence_all
from tests.ledger.factories import close_until, give_cash, make_fund, make_office

FIRST = date(2026, 1, 1)
DAYS = 40

PLAIN_SUM = text(
    """
    SELECT account_id, sum(debit)::bigint, sum(credit)::bigint FROM (
        SELECT t.debit_account_id, t.amount_minor, 0, j.effective_on
        FROM ledger.transfer t JOIN ledger.journal j ON j.id = t.journal_id
        UNION ALL
        SELECT t.credit_account_id, 0, t.amount_minor, j.effective_on
        FROM ledger.transfer t JOIN ledger.journal j ON j.id = t.journal_id
    ) sides (account_id, debit, credit, day)
    WHERE day BETWEEN :first AND :last GROUP BY account_id
    """
)


def plain_sum(session: Session, first: date, last: date) -> balances.Totals:
    rows = session.execute(PLAIN_SUM, {"first": first, "last": last})
    return {account: (debit, credit) for account, debit, credit in rows}


def some_draft(choose: random.Random, book: Book) -> journals.JournalDraft:
    day = FIRST + timedelta(days=choose.randrange(DAYS))
    return journals.charge(book, f"txn_{new_id()}", day, choose.randint(10, 900), 1)


def make_book() -> Book:
    with transaction() as session:
        return Book.load(session, make_fund(session).id, make_office(session, "nz").id, "NZD")


def book_some(count: int, book: Book, now) -> None:
    choose = random.Random(count)
    with transaction() as session:
        drafts = [some_draft(choose, book) for _ in range(count)]
        operations.post(session, drafts, actor=SYSTEM, now=now)


def rolled() -> int:
    with reading() as session:
        return session.scalars(select(RollUp.leaves)).one()


def roll_up(leaves: int = 50_000) -> int:
    with transaction() as session:
        return session.scalar(select(func.ledger.roll_up_days(leaves)))


def assert_true(days: range = range(-1, DAYS + 1)) -> None:
    with reading() as session:
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        for n in days:
            day = FIRST + timedelta(days=n)
            assert balances.totals_at(session, day) == plain_sum(session, date.min, day)
        last = FIRST + timedelta(days=DAYS)
        assert balances.totals_between(session, FIRST, last) == plain_sum(session, FIRST, last)
        assert balances.totals_at(session) == plain_sum(session, date.min, date.max)


def test_what_is_rolled_up_and_what_is_not_are_one_book(fresh_url, now):
    book = make_book()
    book_some(30, book, now)
    assert_true()
    sequence_all()
    assert roll_up(10) == 10
    assert_true()
    book_some(20, book, now)  # on days that are rolled up already
    assert_true()
    tasks.roll_up_days(timestamp=0)
    sequence_all()
    tasks.roll_up_days(timestamp=0)
    tasks.roll_up_days(timestamp=0)
    with reading() as session:
        events = session.scalar(text("SELECT count(*) FROM audit.event"))
        assert session.scalars(select(RollUp.leaves)).one() == events
        assert verification.verify(session) == []
    assert_true()


def test_what_commits_late_is_neither_lost_nor_counted_twice(fresh_url, now):
    book = make_book()
    engine = db.make_engine(fresh_url)
    with Session(engine) as slow:
        operations.post(slow, [some_draft(random.Random(), book)], actor=SYSTEM, now=now)
        book_some(5, book, now)
        for _ in range(2):
            with transaction() as session:
                audit.sequence(session)
            roll_up()
            assert_true()
        slow.commit()
    engine.dispose()
    assert_true()
    sequence_all()
    roll_up()
    assert_true()


def test_the_totals_are_true_at_every_moment_while_many_write(fresh_url, now):
    book = make_book()
    stop = threading.Event()

    def write(seed: int) -> None:
        choose = random.Random(seed)
        for _ in range(60):
            with transaction() as session:
                drafts = [some_draft(choose, book) for _ in range(choose.randint(1, 3))]
                operations.post(session, drafts, actor=SYSTEM, now=now)
                if choose.random() < 0.3:
                    stop.wait(choose.random() * 0.02)

    def number() -> None:
        with transaction() as session:
            audit.sequence(session, batch=7)

    def until_stopped(work: Callable[[], object]) -> int:
        rounds = 0
        while not stop.is_set():
            work()
            rounds += 1
        return rounds

    with ThreadPoolExecutor(8) as pool:
        writers = [pool.submit(write, seed) for seed in range(4)]
        others = [
            pool.submit(until_stopped, work)
            for work in (
                number,
                lambda: roll_up(5),
                lambda: roll_up(3),
                lambda: assert_true(range(random.randrange(DAYS), DAYS, 7)),
            )
        ]
        try:
            for writer in writers:
                writer.result(timeout=120)
        finally:
            stop.set()
        assert all(other.result(timeout=30) > 1 for other in others)
    sequence_all()
    roll_up()
    with reading() as session:
        assert verification.verify(session) == []
    assert_true()


def test_after_a_restore_into_a_new_cluster_nothing_is_lost(fresh_url, now, superuser_of):
    """Transaction ids begin anew, far below those that were rolled up before."""
    book = make_book()
    book_some(10, book, now)
    sequence_all()
    roll_up()
    book_some(3, book, now)  # was not numbered before the backup
    with superuser_of(fresh_url) as connection:
        far = 1 << 40
        for table in ("event", "leaf"):
            connection.execute(f"UPDATE audit.{table} SET xid = xid + {far}")
        connection.execute(f"UPDATE ledger.roll_up SET xid = xid + {far}")
    with transaction() as session:
        audit.begin_epoch(session, now=now)
    assert_true()
    book_some(10, book, now)
    assert_true()
    sequence_all()
    roll_up(4)
    assert_true()
    roll_up()
    assert_true()


# What a burglar does with a superuser's rights -> what the check calls it.
TAMPERING = {
    "UPDATE ledger.balance_day SET debits = debits + 1": {"day_differs"},
    "DELETE FROM ledger.balance_day WHERE day = (SELECT min(day) FROM ledger.balance_day)": {
        "day_differs"
    },
    "UPDATE ledger.roll_up SET leaves = leaves - 1": {"roll_up_lost", "day_differs"},
    "UPDATE ledger.roll_up SET xid = xid + 1": {"roll_up_lost"},
    "DELETE FROM ledger.roll_up": {"roll_up_lost", "day_differs"},
    "UPDATE ledger.period_snapshot SET debits = debits + 1, credits = credits + 1": {
        "snapshot_changed",
        "snapshot_differs",
    },
    "DELETE FROM ledger.period_snapshot": {"snapshot_changed", "snapshot_differs"},
    "UPDATE ledger.period SET reason = 'Another one.'": {"period_changed"},
    "DELETE FROM ledger.period WHERE lower_inf(days)": {
        "period_changed",
        "period_out_of_order",
        "snapshot_differs",
    },
    "UPDATE ledger.period SET status = 'closing', closed_at = NULL, closed_by = NULL,"
    " unreconciled = NULL, snapshot_sha256 = NULL WHERE lower_inf(days)": {
        "period_changed",
        "period_out_of_order",
        "snapshot_differs",
    },
}


@pytest.mark.parametrize(("change", "kinds"), TAMPERING.items(), ids=range(len(TAMPERING)))
def test_a_changed_day_snapshot_or_period_is_found(fresh_url, now, superuser_of, change, kinds):
    with transaction() as session:
        give_cash(session, make_fund(session), 500)
        for last_on in (date(2026, 1, 31), date(2026, 2, 28)):
            close_until(session, last_on, now=now)
        give_cash(session, make_fund(session), 700, now=now)
    sequence_all()
    roll_up()
    with reading() as session:
        assert verification.verify(session) == []
    with superuser_of(fresh_url) as connection:
        connection.execute(change)
    with reading() as session:
        assert {finding.kind for finding in verification.verify(session)} == kinds
