"""No interleaving overspends a fund, books a fact twice or ends in a deadlock."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from fund.db import reading, transaction
from fund.errors import Refused
from fund.ids import new_id
from fund.ledger import journals, operations, queries, verification
from fund.ledger.journals import Book
from fund.ledger.models import Commitment
from fund.permissions import SYSTEM
from tests.ledger.factories import give_cash, make_fund, make_office

WRITERS, ROUNDS = 4, 200
DAY = date(2026, 11, 24)
CASH = 30_000

Reserve = Callable[[Session, Book, datetime], None]


def reserve_guarded(session: Session, book: Book, now: datetime) -> None:
    operations.reserve(
        session,
        fund_id=book.fund_id,
        award_id=new_id(),
        amount_minor=random.randint(1, 900),
        actor=SYSTEM,
        now=now,
    )


def reserve_by_sum_then_insert(session: Session, book: Book, now: datetime) -> None:
    """What anybody would write first: look, then promise. Its promises stand in a plain table."""
    free = session.scalar(
        text("SELECT :cash - coalesce((SELECT sum(amount) FROM promise), 0)"), {"cash": CASH}
    )
    amount = random.randint(1, 900)
    if free < amount:
        raise Refused("not_enough_available")
    session.execute(text("INSERT INTO promise VALUES (:amount)"), {"amount": amount})


def run_writers(work: Callable[[int], None]) -> None:
    """The same work in `WRITERS` threads, each on connections of its own; faults come out."""
    with ThreadPoolExecutor(WRITERS) as pool:
        for outcome in [pool.submit(work, n) for n in range(WRITERS)]:
            outcome.result(timeout=120)


def reserve_until_refused(reserve: Reserve, book: Book, now: datetime) -> Counter[str]:
    """All writers promise at once, as long as the fund seems to have something."""
    outcomes: Counter[str] = Counter()

    def work(_: int) -> None:
        for _round in range(ROUNDS):
            try:
                with transaction() as session:
                    reserve(session, book, now)
                outcomes["reserved"] += 1
            except Refused:
                outcomes["refused"] += 1

    run_writers(work)
    return outcomes


def make_book(cash_minor: int) -> Book:
    with transaction() as session:
        fund = make_fund(session)
        give_cash(session, fund, cash_minor)
        return Book.load(session, fund.id, make_office(session, "th").id, "THB")


def test_awards_at_once_never_promise_more_than_there_is(fresh_url, now):
    book = make_book(CASH)
    outcomes = reserve_until_refused(reserve_guarded, book, now)
    with reading() as session:
        position = queries.available(session, book.fund_id, now=now)
    assert outcomes["refused"] > 0
    assert position.available.amount_minor >= 0
    assert position.reserved.amount_minor > CASH - 900


def test_a_plain_sum_then_insert_fails_in_the_same_harness(fresh_url, now, owner_of):
    """So the test above can fail, and the guard is what keeps it from failing."""
    with owner_of(fresh_url) as connection:
        connection.execute("CREATE TABLE promise (amount bigint)")
    book = make_book(CASH)
    promised = 0
    for _attempt in range(20):
        reserve_until_refused(reserve_by_sum_then_insert, book, now)
        with transaction() as session:
            promised = int(session.scalar(text("SELECT sum(amount) FROM promise")) or 0)
            if promised > CASH:
                break
            session.execute(text("DELETE FROM promise"))
    assert promised > CASH


def test_awards_payments_returns_and_refunds_at_once_keep_the_books_true(fresh_url, now):
    book = make_book(400_000)
    with transaction() as session:
        education = make_fund(session, "education")
        give_cash(session, education, 400_000)
        other = Book.load(session, education.id, make_office(session, "th").id, "THB")

    def work(_: int) -> None:
        chance = random.Random()
        for _round in range(ROUNDS // 2):
            mine, amount = chance.choice([book, other]), chance.randint(1, 9_000)
            with transaction() as session:
                act(session, chance, mine, amount, now)

    run_writers(work)
    with reading() as session:
        assert verification.verify(session) == []
        for each in (book, other):
            assert queries.available(session, each.fund_id, now=now).reserved.amount_minor >= 0


def act(session: Session, chance: random.Random, book: Book, amount: int, now: datetime) -> None:
    """An award of `amount` that is paid half and maybe returned; or a gift and a refund."""
    if chance.random() < 0.3:
        gift = journals.charge(book, str(new_id()), DAY, amount, 1)
        refund = journals.refund(book, str(new_id()), DAY, 1, charge_txn_id=gift.key)
        operations.post(session, [gift, refund], actor=SYSTEM, now=now)
        return
    try:
        commitment_id = operations.reserve(
            session,
            fund_id=book.fund_id,
            award_id=new_id(),
            amount_minor=amount,
            actor=SYSTEM,
            now=now,
        )
    except Refused:
        return
    payment, half = new_id(), (amount + 1) // 2
    operations.liquidate(
        session, commitment_id, half, cause=f"payment:{payment}", actor=SYSTEM, now=now
    )
    drafts = [journals.payment_sent(book, payment, DAY, half)]
    if chance.random() < 0.5:
        operations.reserve_again(
            session, commitment_id, half, cause=f"return:{payment}", actor=SYSTEM, now=now
        )
        drafts.append(journals.payment_returned(book, payment, DAY, half, was_confirmed=False))
    operations.post(session, drafts, actor=SYSTEM, now=now)


def test_the_same_fact_from_many_sides_at_once_is_booked_once(fresh_url, now):
    book = make_book(1_000_000)
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
        assert verification.verify(session) == []
        contributions = queries.balance(session, book.account("contributions").id)
        assert contributions.amount_minor == 1_000_000 + 60 * 100


def test_funds_are_locked_in_one_order(fresh_url, now):
    """A run that pays from two funds cannot meet another one head-on."""
    book = make_book(1_000_000)
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
        for turn in range(ROUNDS // 2):
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
        assert verification.verify(session) == []
        assert session.get(Commitment, commitments[0]) is not None
