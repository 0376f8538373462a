"""A batch of balance transactions' way into the ledger: what each line is, and whose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import clock
from fund.gateways.stripe import Doc
from fund.gateways.stripe_amounts import minor_from_stripe, rate_from_stripe
from fund.giving.models import Gift
from fund.giving.payments import gift_id_of
from fund.ledger import journals
from fund.ledger import operations as ledger
from fund.ledger.journals import Book, JournalDraft
from fund.ledger.models import Fund, Office
from fund.ledger.queries import get_fund, get_office
from fund.permissions import SYSTEM
from fund.settlement.models import BalanceTransaction, Feed

BATCH = 100
GENERAL = "general"


@dataclass(frozen=True)
class Books:
    """One batch's way into the ledger: the feed's row is locked, so no line is booked twice."""

    session: Session
    office: Office
    feed: Feed
    general_id: UUID
    now: datetime

    @classmethod
    def open(cls, session: Session, office_code: str, *, now: datetime) -> "Books":
        office = get_office(session, office_code)
        feed = session.get_one(Feed, office.id, with_for_update=True, populate_existing=True)
        return cls(session, office, feed, get_fund(session, GENERAL).id, now)

    def book(self, docs: Sequence[Doc], carried: dict[str, list[str]]) -> list[str]:
        known = list_known(self.session, [doc["id"] for doc in docs])
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
            amount_minor=minor_from_stripe(doc["amount"], doc["currency"]),
            fee_minor=minor_from_stripe(doc["fee"], doc["currency"]),
            net_minor=minor_from_stripe(doc["net"], doc["currency"]),
            currency=doc["currency"].upper(),
            presented_minor=minor_from_stripe(source["amount"], source["currency"])
            if is_charge
            else None,
            presented_currency=source["currency"].upper() if is_charge else None,
            exchange_rate=None
            if rate is None or "currency" not in source
            else rate_from_stripe(rate, source["currency"], doc["currency"]),
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


def list_known(session: Session, ids: Sequence[str]) -> set[str]:
    """Which of these balance transactions we have."""
    return set(session.scalars(select(BalanceTransaction.id).where(BalanceTransaction.id.in_(ids))))
