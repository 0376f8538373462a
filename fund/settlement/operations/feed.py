"""The feed: Stripe's balance transactions, listed, kept and booked. Events only wake it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund import clock, keys
from fund.db import reading, transaction
from fund.errors import Unavailable
from fund.gateways import stripe
from fund.giving.models import Gift
from fund.giving.payments import gift_id_of
from fund.ledger import journals
from fund.ledger import operations as ledger
from fund.ledger.journals import Book, JournalDraft
from fund.ledger.models import Fund, Office
from fund.ledger.queries import get_fund, get_office
from fund.permissions import SYSTEM
from fund.settlement.models import BalanceTransaction, Feed

log = structlog.get_logger(__name__)

Doc = dict[str, Any]

BATCH = 100
LEAST_PAUSE = timedelta(seconds=5)
GENERAL = "general"


def get_feed(session: Session, office_id: UUID, *, now: datetime) -> Feed:
    """The office's feed; made when Stripe is first heard."""
    feed = session.get(Feed, office_id)
    if feed is None:
        try:
            with session.begin_nested():
                feed = Feed(office_id=office_id, key_id=keys.create(session, "inbox", now=now))
                session.add(feed)
        except IntegrityError:  # two first events at once
            feed = session.get_one(Feed, office_id)
    return feed


def wake(session: Session, office_id: UUID, *, now: datetime) -> None:
    """Ask for a pull soon."""
    get_feed(session, office_id, now=now)
    session.execute(
        update(Feed)
        .where(Feed.office_id == office_id, Feed.woken_at.is_(None))
        .values(woken_at=now)
    )


def pull_woken(*, now: datetime) -> int:
    """Pull the feeds that an event woke, each at most every five seconds; how many were."""
    with reading() as session:
        codes = session.scalars(
            select(Office.code)
            .join(Feed, Feed.office_id == Office.id)
            .where(
                Feed.woken_at.is_not(None),
                or_(Feed.pulled_at.is_(None), Feed.pulled_at <= now - LEAST_PAUSE),
            )
        ).all()
    for code in codes:
        try:
            pull_feed(code, now=now)
        except Unavailable as error:
            log.warning("feed_unavailable", office=code, error=error.code)
            with transaction() as session:
                get_feed(session, get_office(session, code).id, now=now).pulled_at = now
    return len(codes)


def pull_feed(office_code: str, *, now: datetime, look_back: timedelta | None = None) -> list[str]:
    """Book every balance transaction that is new; their ids, oldest first.

    Reads from the last second seen on (Stripe's times are whole seconds), or `look_back` from
    now. Also books what became available meanwhile. Raises Unavailable.
    """
    with transaction() as session:
        feed = get_feed(session, get_office(session, office_code).id, now=now)
        since = feed.seen_to
    if look_back is not None:
        since = int((now - look_back).timestamp())
    listed = list(stripe.list_balance_transactions(office_code, created_from=since))
    with reading() as session:
        known = _list_known(session, [doc["id"] for doc in listed])
    new = [doc for doc in reversed(listed) if doc["id"] not in known]
    carried = {
        doc["id"]: _list_carried(office_code, doc)
        for doc in new
        if doc["reporting_category"] == "payout"
    }
    booked = []
    for start in range(0, len(new), BATCH):
        with transaction() as session:
            books = _Books.open(session, office_code, now=now)
            booked += books.book(new[start : start + BATCH], carried)
    with transaction() as session:
        _mark_pulled(session, office_code, now=now)
    while _book_available(office_code, now=now) == BATCH:
        pass
    return booked


@dataclass(frozen=True)
class _Books:
    """One batch's way into the ledger: the feed's row is locked, so no line is booked twice."""

    session: Session
    office: Office
    feed: Feed
    general_id: UUID
    now: datetime

    @classmethod
    def open(cls, session: Session, office_code: str, *, now: datetime) -> "_Books":
        office = get_office(session, office_code)
        feed = session.get_one(Feed, office.id, with_for_update=True, populate_existing=True)
        return cls(session, office, feed, get_fund(session, GENERAL).id, now)

    def book(self, docs: Sequence[Doc], carried: dict[str, list[str]]) -> list[str]:
        known = _list_known(self.session, [doc["id"] for doc in docs])
        drafts: list[JournalDraft] = []
        rows = []
        for doc in docs:
            if doc["id"] in known:
                continue
            row = self._row(doc)
            self.session.add(row)
            self.session.flush()  # a payout later in the batch sums the rows before it
            draft = self._draft(doc, row, carried.get(row.id, []))
            row.state = "posted" if draft else "unclassified"
            row.is_available = row.category != "charge"
            drafts += [draft] if draft else []
            rows.append(row.id)
            self.feed.seen_to = max(self.feed.seen_to, doc["created"])
        if drafts:
            ledger.post(self.session, drafts, actor=SYSTEM, now=self.now)
        return rows

    def _row(self, doc: Doc) -> BalanceTransaction:
        source: Doc = doc["source"] if isinstance(doc["source"], dict) else {}
        gift = self._find_gift(source)
        is_charge = doc["reporting_category"] == "charge"
        rate = doc["exchange_rate"]
        return BalanceTransaction(
            id=doc["id"],
            office_id=self.office.id,
            category=doc["reporting_category"],
            type=doc["type"],
            source_id=source.get("id"),
            gift_id=gift.id if gift else None,
            fund_id=self._fund_of(gift),
            amount_minor=doc["amount"],
            fee_minor=doc["fee"],
            net_minor=doc["net"],
            currency=doc["currency"].upper(),
            presented_minor=source["amount"] if is_charge else None,
            presented_currency=source["currency"].upper() if is_charge else None,
            exchange_rate=None if rate is None else Decimal(str(rate)),
            happened_at=datetime.fromtimestamp(doc["created"], UTC),
            available_at=datetime.fromtimestamp(doc["available_on"], UTC),
            seen_at=self.now,
            state="unclassified",
        )

    def _fund_of(self, gift: Gift | None) -> UUID:
        """The gift's fund; once that is closed, Stripe's late word is the general fund's."""
        if gift and self.session.get_one(Fund, gift.fund_id).is_open:
            return gift.fund_id
        return self.general_id

    def _find_gift(self, source: Doc) -> Gift | None:
        gift_id = gift_id_of(source)
        gift = self.session.get(Gift, gift_id) if gift_id else None
        intent = source.get("payment_intent")
        if gift is None and intent:
            gift = self.session.scalars(
                select(Gift).where(Gift.stripe_payment_intent_id == intent)
            ).one_or_none()
        return gift

    def _draft(
        self, doc: Doc, row: BalanceTransaction, carried: Sequence[str]
    ) -> JournalDraft | None:
        """What the line is in the books; None if we do not know, and finance must look."""
        day = clock.bangkok_day(row.happened_at)
        match row.category:
            case "charge":
                return journals.charge(
                    self._book_of(row), row.id, day, row.amount_minor, row.fee_minor
                )
            case "refund" if row.fee_minor == 0 and (charge := self._charge_of(doc["source"])):
                return journals.refund(
                    self._book_of(row), row.id, day, -row.amount_minor, charge_txn_id=charge
                )
            case "fee" if row.amount_minor < 0 and row.fee_minor == 0:
                return journals.stripe_fee(self._book_of(row), row.id, day, -row.amount_minor)
            case "payout" if doc["source"]["automatic"]:
                return journals.payout(self._shares(row, carried), row.id, day)
        return None

    def _shares(self, payout: BalanceTransaction, carried: Sequence[str]) -> list[tuple[Book, int]]:
        """Each fund's part of a payout, by the lines that it carries; the rest is the general
        fund's, so that the bank's line is always met whole."""
        parts: dict[UUID, int] = {self.general_id: -payout.net_minor}
        rows = self.session.scalars(
            select(BalanceTransaction).where(BalanceTransaction.id.in_(carried))
        )
        for row in rows:
            if row.fund_id is not None and row.fund_id != self.general_id:
                parts[row.fund_id] = parts.get(row.fund_id, 0) + row.net_minor
                parts[self.general_id] -= row.net_minor
        return [
            (Book.load(self.session, fund_id, self.office.id, payout.currency), part)
            for fund_id, part in parts.items()
        ]

    def _charge_of(self, refund: Doc) -> str | None:
        return self.session.scalar(
            select(BalanceTransaction.id).where(
                BalanceTransaction.source_id == refund["charge"],
                BalanceTransaction.category == "charge",
            )
        )

    def _book_of(self, row: BalanceTransaction) -> Book:
        return Book.load(self.session, row.fund_id or self.general_id, self.office.id, row.currency)


def _book_available(office_code: str, *, now: datetime) -> int:
    """Book what Stripe made available by now; how many lines."""
    with transaction() as session:
        office = get_office(session, office_code)
        rows = session.scalars(
            select(BalanceTransaction)
            .where(
                BalanceTransaction.office_id == office.id,
                ~BalanceTransaction.is_available,
                BalanceTransaction.available_at <= now,
            )
            .order_by(BalanceTransaction.available_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        drafts = list(_available_drafts(session, rows))
        if drafts:
            ledger.post(session, drafts, actor=SYSTEM, now=now)
        for row in rows:
            row.is_available = True
        return len(rows)


def _available_drafts(
    session: Session, rows: Sequence[BalanceTransaction]
) -> Iterator[JournalDraft]:
    for row in rows:
        if row.fund_id is not None and row.net_minor > 0:
            book = Book.load(session, row.fund_id, row.office_id, row.currency)
            day = clock.bangkok_day(row.available_at)
            yield journals.became_available(book, row.id, day, row.net_minor)


def _mark_pulled(session: Session, office_code: str, *, now: datetime) -> None:
    feed = session.get_one(Feed, get_office(session, office_code).id, with_for_update=True)
    feed.pulled_at = now
    if feed.woken_at is not None and feed.woken_at <= now:
        feed.woken_at = None


def _list_carried(office_code: str, payout: Doc) -> list[str]:
    """The lines that an automatic payout carries, but itself."""
    if not payout["source"]["automatic"]:
        return []
    lines = stripe.list_balance_transactions(office_code, payout=payout["source"]["id"])
    return [line["id"] for line in lines if line["id"] != payout["id"]]


def _list_known(session: Session, ids: Sequence[str]) -> set[str]:
    return set(session.scalars(select(BalanceTransaction.id).where(BalanceTransaction.id.in_(ids))))
