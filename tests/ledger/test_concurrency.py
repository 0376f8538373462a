"""No interleaving overspends a fund, books a fact twice or ends in a deadlock."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from fund.db import reading, transaction
from fund.errors import Refused
from fund.ids import new_id
from fund.ledger import journals, operations, queries, statements
from fund.ledger.journals import Book
from fund.ledger.models import Commitment
from fund.permissions import SYSTEM, Actor, Role
from tests.ledger.factories import give_cash, make_fund, make_office, wrong
from tests.ledger.world import ACTS, DAY, WRITERS, live, make_books, run_writers

ROUNDS = 500  # of each writer
CASH = 2_000  # of each fund, no more than a few awards: most of them are close
FUNDS = ("general", "education", "vocational")


def test_no_interleaving_of_life_overspends_a_fund(fresh_url, now):
    """Awards, payments, refunds, disputes, payouts and inquiries, thousands, all at once."""
    books = make_books(CASH, FUNDS)
    run = live(books, now, rounds=ROUNDS)
    assert run.least >= 0
    assert run.looks > 50
    assert set(run.done) == {*ACTS, "not_enough_available"}
    assert min(run.done[act] for act in ACTS) > 30
    assert run.done["not_enough_available"] > 50
    assert sum(run.done.values()) > WRITERS * ROUNDS * 0.9
    with reading() as session:
        assert wrong(session) == []


def test_a_plain_sum_then_insert_fails_in_the_same_world(fresh_url, now, owner_of):
    """So the test above can fail, and the guard is what keeps it from failing."""
    with owner_of(fresh_url) as connection:
        take_the_lock_away(connection)
    books = make_books(CASH, FUNDS)
    for _attempt in range(20):
        if live(books, now, rounds=ROUNDS // 5).least < 0:
            return
    raise AssertionError("a sum without a lock kept the funds")


def take_the_lock_away(connection: psycopg.Connection) -> None:
    """Reserving as anybody would write it first: look, then promise.

    With a breath between, so that it goes wrong on a machine too that is busy with other things.
    """
    [source] = connection.execute("SELECT pg_get_functiondef('ledger.reserve'::regproc)").fetchone()
    promise = "IF v_available < p_amount"
    assert source.count("FOR UPDATE") == source.count(promise) == 1
    unlocked = source.replace("FOR UPDATE", "")
    connection.execute(unlocked.replace(promise, f"PERFORM pg_sleep(0.002); {promise}"))


def test_the_same_fact_from_many_sides_at_once_is_booked_once(fresh_url, now):
    [book] = make_books(1_000_000)
    drafts = [journals.charge(book, f"txn_{n}", DAY, 100, 3) for n in range(60)]
    found: list[dict[str, object]] = []

    def work(n: int) -> None:
        mine = random.Random(n).sample(drafts, len(drafts))
        ids: dict[str, object] = {}
        for start in range(0, len(mine), 30):
            batch = mine[start : start + 30]
            with transaction() as session:
                posted = operations.post(session, batch, actor=SYSTEM, now=now)
            ids |= dict(zip((draft.key for draft in batch), posted, strict=True))
        found.append(ids)

    run_writers(work)
    assert all(ids == found[0] for ids in found)
    with reading() as session:
        assert wrong(session) == []
        contributions = queries.balance(session, book.account("contributions").id)
        assert contributions.amount_minor == 1_000_000 + 60 * 100


@pytest.mark.parametrize("newest_first", [True, False])
def test_a_page_of_an_account_adds_up_while_more_is_booked(fresh_url, now, newest_first):
    """Between any two of its statements another connection books a gift on the same account."""
    [book] = make_books(10_000)
    account_id = book.account("bank").id

    def book_more(*_: object) -> None:
        with transaction() as session:
            give_cash(session, make_fund(session), 700)

    days = statements.Days(None, DAY + timedelta(days=366))
    with reading() as session:
        event.listen(session.connection(), "before_cursor_execute", book_more)
        page = statements.account_page(
            session, account_id, days, now=now, newest_first=newest_first
        )
    [section] = page.statement.sections
    lines = [row.cells[3:] for row in section.rows]
    balance = page.opening
    for debit, _, after in lines[::-1] if newest_first else lines:
        balance += debit
        assert after == balance
    assert balance == page.closing
    with reading() as session:
        assert queries.balance(session, account_id) > page.closing


def test_the_same_inquiry_from_many_sides_at_once_holds_once(fresh_url, now):
    [book] = make_books(10_000)
    found: list[list[object]] = []

    def work(_: int) -> None:
        ids = []
        for n in range(25):
            with transaction() as session:
                hold_id = operations.hold(
                    session,
                    fund_id=book.fund_id,
                    currency="THB",
                    amount_minor=100,
                    concerns=None,
                    cause=f"inquiry:{n}",
                    actor=SYSTEM,
                    now=now,
                )
                if n >= 20:
                    operations.release(session, hold_id, actor=SYSTEM, now=now)
            ids.append(hold_id)
        found.append(ids)

    run_writers(work)
    assert all(ids == found[0] for ids in found)
    with reading() as session:
        position = queries.available(session, book.fund_id, now=now)
        assert position.inquiries.amount_minor == 2_000
        assert wrong(session) == []


def test_funds_are_locked_in_one_order(fresh_url, now):
    """A run that pays from two funds cannot meet another one head-on."""
    [book] = make_books(1_000_000)
    with transaction() as session:
        education = make_fund(session, "education")
        give_cash(session, education, 1_000_000)
        commitments = [
            operations.reserve(
                session,
                fund_id=fund,
                award_id=new_id(),
                amount_minor=900_000,
                actor=SYSTEM,
                now=now,
            )
            for fund in (book.fund_id, education.id)
        ]

    def work(n: int) -> None:
        order = commitments if n % 2 else commitments[::-1]
        for turn in range(40):
            with transaction() as session:
                operations.lock_funds(session, [education.id, book.fund_id])
                for commitment_id in order:
                    operations.liquidate(
                        session,
                        commitment_id,
                        1,
                        cause=f"payment:{n}-{turn}",
                        actor=SYSTEM,
                        now=now,
                    )

    run_writers(work)
    with reading() as session:
        assert wrong(session) == []
        assert session.get(Commitment, commitments[0]) is not None


def test_a_fund_closes_empty_or_not_at_all_whatever_comes_meanwhile(fresh_url, now):
    finance = Actor("staff", new_id(), frozenset({Role.FINANCE_OFFICER}))
    outcomes: Counter[str] = Counter()

    def attempt(act: Callable[[Session], object]) -> None:
        try:
            with transaction() as session:
                act(session)
            outcomes["done"] += 1
        except Refused as refusal:
            outcomes[refusal.code] += 1

    with transaction() as session:
        office = make_office(session, "th")
        funds = [make_fund(session, code) for code in (f"fund_{n}" for n in range(25))]
        books = [Book.load(session, fund.id, office.id, "THB") for fund in funds]
    for fund, book in zip(funds, books, strict=True):
        give = journals.gift_to_bank(book, new_id(), DAY, 1)
        acts: list[Callable[[Session], object]] = [
            lambda session, fund=fund: operations.close_fund(
                session, fund, version=1, actor=finance, now=now
            ),
            lambda session, give=give: operations.post(session, [give], actor=SYSTEM, now=now),
            lambda session, fund=fund: operations.reserve(
                session, fund_id=fund.id, award_id=new_id(), amount_minor=1, actor=SYSTEM, now=now
            ),
        ]
        random.shuffle(acts)
        with ThreadPoolExecutor(len(acts)) as pool:
            list(pool.map(attempt, acts))
    with reading() as session:
        for fund, position in queries.list_available(session, now=now):
            assert fund.is_open == bool(position.cash)
        assert wrong(session) == []
    assert set(outcomes) <= {
        "done", "fund_closed", "fund_holds_money", "not_enough_available", "books_busy",
    }  # fmt: skip
    assert outcomes["done"] >= len(funds)
