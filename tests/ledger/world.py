"""Writers that do to a few funds, at once and at random, whatever life does to them."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from fund.db import reading, transaction
from fund.errors import Refused
from fund.ids import new_id
from fund.ledger import journals, operations, queries
from fund.ledger.journals import Book, Booked
from fund.permissions import SYSTEM
from tests.ledger.factories import give_cash, make_fund, make_office

WRITERS = 4
DAY = date(2026, 11, 24)


def run_writers(work: Callable[[int], None]) -> None:
    """The same work in `WRITERS` threads, each on connections of its own; faults come out."""
    with ThreadPoolExecutor(WRITERS) as pool:
        for outcome in [pool.submit(work, n) for n in range(WRITERS)]:
            outcome.result(timeout=120)


def make_books(cash_minor: int, codes: tuple[str, ...] = ("general",)) -> list[Book]:
    """Funds at the Thai office's bank, each with as much cash."""
    with transaction() as session:
        office = make_office(session, "th")
        books = []
        for code in codes:
            fund = make_fund(session, code, restriction="none", purpose=None)
            give_cash(session, fund, cash_minor)
            books.append(Book.load(session, fund.id, office.id, "THB"))
        return books


@dataclass
class Gift:
    """A gift of today: what is still here of it, what was refunded, what is disputed or lost."""

    book: Book
    key: str
    here: int
    refunds: list[tuple[UUID, int]] = field(default_factory=list)
    disputed: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    hold_id: UUID | None = None


@dataclass
class Award:
    book: Book
    commitment_id: UUID
    left: int


# How often each happens.
ACTS = {
    "award": 14,
    "pay": 3,
    "free": 6,
    "give": 4,
    "refund": 2,
    "dispute": 3,
    "payout": 1,
    "ask": 2,
    "swap": 1,
}


class Writer:
    """One connection's share of life. Nothing that it does may take what an award was promised.

    Its gifts are young and so held back whole: no refund, dispute or inquiry about them lowers
    what is available, and what lowers it otherwise is made good in the same transaction. So it is
    at least nothing, whatever the order, at every moment.
    """

    def __init__(self, books: list[Book], now: datetime, seed: int) -> None:
        self.books, self.by = books, {"actor": SYSTEM, "now": now}
        self.chance = random.Random(seed)
        self.gifts: list[Gift] = []
        self.awards: list[Award] = []
        self.done: Counter[str] = Counter()

    def live(self, rounds: int) -> None:
        for act in self.chance.choices(list(ACTS), list(ACTS.values()), k=rounds):
            try:
                with transaction() as session:
                    was_done = getattr(self, act)(session)
            except Refused as refusal:
                self.done[refusal.code] += 1
            else:
                self.done[act] += was_done

    def award(self, session: Session) -> bool:
        book, amount = self.books[0], self.chance.randint(1, 900)
        if self.chance.random() < 0.3:
            book = self.chance.choice(self.books)
        commitment_id = operations.reserve(
            session, fund_id=book.fund_id, award_id=new_id(), amount_minor=amount, **self.by
        )
        self.awards.append(Award(book, commitment_id, amount))
        return True

    def pay(self, session: Session) -> bool:
        """A payment leaves, and maybe comes back, before or after the bank confirmed it."""
        if not self.awards:
            return False
        award, payment = self.chance.choice(self.awards), new_id()
        amount, ends = self.chance.randint(1, award.left), self.chance.randrange(4)
        operations.liquidate(
            session, award.commitment_id, amount, cause=f"payment:{payment}", **self.by
        )
        drafts = [journals.payment_sent(award.book, payment, DAY, amount)]
        if ends in (1, 2):
            drafts.append(journals.payment_confirmed(award.book, payment, DAY, amount))
        if ends in (2, 3):
            operations.reserve_again(
                session, award.commitment_id, amount, cause=f"return:{payment}", **self.by
            )
            drafts.append(
                journals.payment_returned(award.book, payment, DAY, amount, was_confirmed=ends == 2)
            )
        else:
            award.left -= amount
            self.awards = [award for award in self.awards if award.left]
        operations.post(session, drafts, **self.by)
        return True

    def free(self, session: Session) -> bool:
        if not self.awards:
            return False
        operations.free(session, self.awards.pop(0).commitment_id, **self.by)
        return True

    def give(self, session: Session) -> bool:
        """A gift by card, which is held back, or one to the bank, which can be awarded at once."""
        if self.chance.random() < 0.5:
            amount = self.chance.randint(1, 1_500)
            draft = journals.gift_to_bank(self.books[0], new_id(), DAY, amount)
            operations.post(session, [draft], **self.by)
            return True
        book, amount = self.chance.choice(self.books), self.chance.randint(100, 5_000)
        gift = Gift(book, f"txn_{new_id().hex}", amount)
        drafts = [
            journals.charge(book, gift.key, DAY, amount, 0),
            journals.became_available(book, gift.key, DAY, amount),
        ]
        operations.post(session, drafts, **self.by)
        self.gifts.append(gift)
        return True

    def refund(self, session: Session) -> bool:
        """Part of a gift goes back, or such a refund fails and is here again."""
        gift = self.gift_with("here", "refunds")
        if gift is None:
            return False
        if gift.refunds and self.chance.random() < 0.5:
            refund_id, amount = gift.refunds.pop()
            booked = Booked.load(session, refund_id)
            draft = journals.refund_failed(booked, f"txn_{new_id().hex}", DAY)
            gift.here += amount
            operations.post(session, [draft], **self.by)
        elif gift.here:
            amount = self.chance.randint(1, gift.here)
            draft = journals.refund(
                gift.book, f"txn_{new_id().hex}", DAY, amount, charge_txn_id=gift.key
            )
            [refund_id] = operations.post(session, [draft], **self.by)
            gift.refunds.append((refund_id, amount))
            gift.here -= amount
        return True

    def dispute(self, session: Session) -> bool:
        """A dispute is opened, lost, won, or won after it was lost."""
        gift = self.gift_with("here", "disputed", "lost")
        if gift is None:
            return False
        about, txn = {"charge_txn_id": gift.key}, f"txn_{new_id().hex}"
        recovered: list[journals.JournalDraft] = []
        if gift.disputed and self.chance.random() < 0.4:
            gift.lost.append(gift.disputed.pop())
            draft = journals.dispute_lost(gift.book, txn, DAY, gift.lost[-1], **about)
        elif gift.disputed or gift.lost:
            was_lost = not gift.disputed
            amount = (gift.lost if was_lost else gift.disputed).pop()
            draft = journals.dispute_won(gift.book, txn, DAY, amount, **about)
            if was_lost:
                recovered.append(journals.dispute_recovered(gift.book, txn, DAY, amount, **about))
            gift.here += amount
        else:
            amount = self.chance.randint(1, gift.here)
            draft = journals.dispute_opened(gift.book, txn, DAY, amount, 0, **about)
            gift.disputed.append(amount)
            gift.here -= amount
        operations.post(session, [draft, *recovered], **self.by)
        return True

    def payout(self, session: Session) -> bool:
        """A payout of several funds leaves Stripe, one of them with less than nothing; it fails."""
        shares = [(book, self.chance.randint(-500, 500) or 1) for book in self.books]
        txn, had_arrived = f"txn_{new_id().hex}", self.chance.random() < 0.5
        drafts = [journals.payout(shares, txn, DAY)]
        if had_arrived:
            drafts.append(journals.payout_arrived(shares, txn, DAY))
        if self.chance.random() < 0.7:
            drafts.append(journals.payout_failed(shares, f"{txn}f", DAY, had_arrived=had_arrived))
        operations.post(session, drafts, **self.by)
        return True

    def ask(self, session: Session) -> bool:
        """An inquiry about a gift opens, or is over."""
        gift = self.gift_with("here")
        if gift is None:
            return False
        if gift.hold_id:
            operations.release(session, gift.hold_id, **self.by)
            gift.hold_id = None
            return True
        gift.hold_id = operations.hold(
            session,
            fund_id=gift.book.fund_id,
            currency="THB",
            amount_minor=self.chance.randint(1, 9_000),
            concerns=gift.key,
            cause=f"inquiry:{new_id()}",
            **self.by,
        )
        return True

    def swap(self, session: Session) -> bool:
        """Two funds give each other the same."""
        one, other = self.chance.sample(self.books, 2)
        amount = self.chance.randint(1, 900)
        drafts = [
            journals.transfer_between_funds(one, other, new_id(), DAY, amount),
            journals.transfer_between_funds(other, one, new_id(), DAY, amount),
        ]
        operations.post(session, drafts, **self.by)
        return True

    def gift_with(self, *parts: str) -> Gift | None:
        found = [gift for gift in self.gifts if any(getattr(gift, part) for part in parts)]
        return self.chance.choice(found) if found else None


@dataclass
class Run:
    """What the writers did, and the least that any fund had available at any moment of it."""

    done: Counter[str]
    least: int
    looks: int


def live(books: list[Book], now: datetime, *, rounds: int) -> Run:
    """All writers at once, and beside them one who looks all the time."""
    run, is_over = Run(Counter(), 0, 0), threading.Event()

    def look() -> None:
        while not is_over.wait(0.005):
            with reading() as session:
                for _fund, position in queries.list_available(session, now=now):
                    run.least = min(run.least, position.available.amount_minor)
            run.looks += 1

    def work(n: int) -> None:
        writer = Writer(books, now, n)
        writer.live(rounds)
        run.done.update(writer.done)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        run_writers(work)
    finally:
        is_over.set()
        watcher.join()
    return run
