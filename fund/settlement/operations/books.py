"""The way of Stripe's lines into the ledger, many at once, under the lock of the office's feed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.errors import FundError
from fund.gateways.stripe import Doc
from fund.giving.models import Gift
from fund.ledger import operations as ledger
from fund.ledger.journals import Book, JournalDraft
from fund.ledger.models import Fund, Journal, Office
from fund.ledger.queries import get_fund, get_office
from fund.permissions import SYSTEM
from fund.settlement.models import BalanceTransaction, Feed
from fund.settlement.operations.classify import classify
from fund.settlement.operations.rows import Gifts, list_known, row_of
from fund.settlement.operations.verdicts import Verdict

BATCH = 100
GENERAL = "general"
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
# What a gift is told of.
GIVEN_BACK = ("refund", "refund_failure")
# What found nothing for so long is finance's to look at; a rule may appear any day.
LONGEST_WAIT = timedelta(days=1)
DAILY = timedelta(days=1)


@dataclass(frozen=True)
class Books:
    """One batch's way into the ledger: the feed's row is locked, so no line is booked twice."""

    session: Session
    office: Office
    feed: Feed
    general_id: UUID
    now: datetime
    _books: dict[tuple[UUID, str], Book] = field(default_factory=dict)
    _open_funds: dict[UUID, bool] = field(default_factory=dict)
    _unposted: set[str] = field(default_factory=set)

    @classmethod
    def open(cls, session: Session, office_code: str, *, now: datetime) -> "Books":
        office = get_office(session, office_code)
        feed = session.get_one(Feed, office.id, with_for_update=True, populate_existing=True)
        return cls(session, office, feed, get_fund(session, GENERAL).id, now)

    def book(self, docs: Sequence[Doc]) -> list[str]:
        """Keep and book lines that are new; the ids of those that were."""
        known = list_known(self.session, [doc["id"] for doc in docs])
        new = [doc for doc in docs if doc["id"] not in known]
        gifts = Gifts.of_docs(self.session, new)
        lines: list[BalanceTransaction] = []
        drafts: list[JournalDraft] = []
        for doc in new:
            line = row_of(doc, self.office.id, now=self.now)
            if line.category == "charge":  # stands alone, so it is written once
                self._give(line, gifts.find(line, doc["source"]))
                drafts += self._decide(line)
            lines.append(line)
            self.feed.seen_to = max(self.feed.seen_to, doc["created"])
        self.session.add_all(lines)
        self.session.flush()
        self._settle([line for line in lines if line.category != "charge"], drafts)
        return [line.id for line in lines]

    def set_aside(self, doc: Doc, why: str) -> list[str]:
        """Keep a new line that the ledger refused, for finance."""
        line = row_of(doc, self.office.id, now=self.now)
        self.session.add(line)
        self.leave([line], why)
        self.feed.seen_to = max(self.feed.seen_to, doc["created"])
        return [line.id]

    def leave(self, lines: Sequence[BalanceTransaction], why: str) -> None:
        """Lines that the ledger refused are finance's to look at."""
        for line in lines:
            self._mark(line, Verdict("unclassified", why=why))

    def look_again(self, lines: Sequence[BalanceTransaction]) -> None:
        """Lines that wait, or that no rule knew, oldest first."""
        gifts = Gifts.of_lines(self.session, lines)
        for line in lines:
            if line.category == "charge" and line.gift_id is None:
                self._give(line, gifts.find(line))
        self._settle(lines, [])

    def _settle(self, lines: Sequence[BalanceTransaction], drafts: list[JournalDraft]) -> None:
        with self.session.no_autoflush:
            for line in lines:
                drafts += self._decide(line)
        self.session.flush()
        if drafts:
            ledger.post(self.session, drafts, actor=SYSTEM, now=self.now)

    def _decide(self, line: BalanceTransaction) -> tuple[JournalDraft, ...]:
        try:
            verdict = classify(self, line)
        except FundError as error:  # an account that we do not hold, for instance
            verdict = Verdict("unclassified", why=error.code)
        self._mark(line, verdict)
        if verdict.state == "posted":
            self._unposted.add(line.id)
        return verdict.drafts

    def _give(self, line: BalanceTransaction, gift: Gift | None) -> None:
        if gift is not None:
            line.gift_id, line.fund_id = gift.id, self.open_fund(gift.fund_id)

    # --- What the rules ask -------------------------------------------------------------------

    def open_fund(self, fund_id: UUID | None) -> UUID:
        """The fund; once that is closed, Stripe's late word is the general fund's."""
        if fund_id is None:
            return self.general_id
        if fund_id not in self._open_funds:
            self._open_funds[fund_id] = self.session.get_one(Fund, fund_id).is_open
        return fund_id if self._open_funds[fund_id] else self.general_id

    def of_fund(self, fund_id: UUID, currency: str) -> Book:
        """The fund's accounts at this office."""
        place = fund_id, currency
        if place not in self._books:
            self._books[place] = Book.load(self.session, fund_id, self.office.id, currency)
        return self._books[place]

    def of_line(self, line: BalanceTransaction) -> Book:
        """The accounts that the line moves."""
        return self.of_fund(self.open_fund(line.fund_id), line.currency)

    def find_line(self, category: str, source_id: str | None) -> BalanceTransaction | None:
        """What Stripe's balance says of this object in this category, if we have it."""
        return self.session.scalars(
            select(BalanceTransaction)
            .where(
                BalanceTransaction.office_id == self.office.id,
                BalanceTransaction.source_id == source_id,
                BalanceTransaction.category == category,
            )
            .order_by(BalanceTransaction.happened_at, BalanceTransaction.id)
            .limit(1)
        ).one_or_none()

    def is_unposted(self, line: BalanceTransaction) -> bool:
        """Whether the line's journals are only being made: what reads them waits for them."""
        return line.id in self._unposted

    def find_journal_id(self, key: str) -> UUID | None:
        """The journal that stands for this key of Stripe's."""
        return self.session.scalar(
            select(Journal.id).where(
                Journal.source == f"stripe:{self.office.code}", Journal.idempotency_key == key
            )
        )

    # --- What becomes of a line ---------------------------------------------------------------

    def _mark(self, line: BalanceTransaction, verdict: Verdict) -> None:
        line.state, line.error = verdict.state, verdict.why
        line.due_at, line.tries = None, line.tries or 0  # 0 before the first flush
        if verdict.state == "waiting" and self.now - line.seen_at > LONGEST_WAIT:
            line.state = "unclassified"
        if line.state == "waiting":
            # The first second look is at once: what it waits for may stand beside it.
            pause = FIRST_PAUSE * 2 ** min(line.tries - 1, 20) if line.tries else timedelta()
            line.due_at = self.now + min(pause, LONGEST_PAUSE)
        elif line.state == "unclassified":
            line.due_at = self.now + DAILY
        line.tries += 1
        line.is_return_due = (
            line.state == "posted" and line.gift_id is not None and line.category in GIVEN_BACK
        )
