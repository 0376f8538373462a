"""A balance transaction as Stripe says it, as a row of ours."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fund.gateways.stripe import Doc
from fund.gateways.stripe_amounts import minor_from_stripe, rate_from_stripe
from fund.giving.models import Gift
from fund.giving.payments import gift_id_of
from fund.settlement.models import BalanceTransaction

# What is said in the donor's currency too: what was paid, and what went back of it.
PRESENTED = ("charge", "refund", "refund_failure")


def list_known(session: Session, ids: Sequence[str]) -> set[str]:
    """Which of these balance transactions we have."""
    return set(session.scalars(select(BalanceTransaction.id).where(BalanceTransaction.id.in_(ids))))


def row_of(doc: Doc, office_id: UUID, *, now: datetime) -> BalanceTransaction:
    """The row, with nothing decided yet: neither its gift nor its fund."""
    source: Doc = doc["source"] if isinstance(doc["source"], dict) else {}
    category, rate = doc["reporting_category"], doc["exchange_rate"]
    is_presented = category in PRESENTED and "currency" in source
    return BalanceTransaction(
        id=doc["id"],
        office_id=office_id,
        category=category,
        type=doc["type"],
        source_id=source.get("id") or doc["source"],
        charge_id=source.get("id") if category == "charge" else _id_of(source.get("charge")),
        intent_id=_id_of(source.get("payment_intent")),
        is_automatic=source.get("automatic"),
        amount_minor=minor_from_stripe(doc["amount"], doc["currency"]),
        fee_minor=minor_from_stripe(doc["fee"], doc["currency"]),
        net_minor=minor_from_stripe(doc["net"], doc["currency"]),
        currency=doc["currency"].upper(),
        presented_minor=minor_from_stripe(source["amount"], source["currency"])
        if is_presented
        else None,
        presented_currency=source["currency"].upper() if is_presented else None,
        exchange_rate=None
        if rate is None or "currency" not in source
        else rate_from_stripe(rate, source["currency"], doc["currency"]),
        happened_at=datetime.fromtimestamp(doc["created"], UTC),
        available_at=datetime.fromtimestamp(doc["available_on"], UTC),
        seen_at=now,
        state="unclassified",
        is_available=category != "charge",
    )


@dataclass(frozen=True)
class Gifts:
    """The gifts that charges name, found at once for many."""

    by_id: dict[UUID, Gift]
    by_payment: dict[str, Gift]

    @classmethod
    def of_docs(cls, session: Session, docs: Sequence[Doc]) -> "Gifts":
        """Those of new lines: what a charge names as its own, or by its payment."""
        sources = [doc["source"] for doc in docs if isinstance(doc["source"], dict)]
        ids = {gift_id for source in sources if (gift_id := gift_id_of(source))}
        payments = {_id_of(source.get("payment_intent")) for source in sources}
        return cls._load(session, ids, payments | {source.get("id") for source in sources})

    @classmethod
    def of_lines(cls, session: Session, lines: Sequence[BalanceTransaction]) -> "Gifts":
        """Those of lines that wait: by now we may know whose payment it was."""
        known = {id_ for line in lines for id_ in (line.intent_id, line.charge_id)}
        return cls._load(session, set(), known)

    @classmethod
    def _load(cls, session: Session, ids: set[UUID], payments: Iterable[str | None]) -> "Gifts":
        wanted = [payment for payment in payments if payment]
        query = select(Gift).where(
            or_(
                Gift.id.in_(ids),
                Gift.stripe_payment_intent_id.in_(wanted),
                Gift.stripe_charge_id.in_(wanted),
            )
        )
        found = session.scalars(query).all() if ids or wanted else []
        by_payment = {
            payment: gift
            for gift in found
            for payment in (gift.stripe_payment_intent_id, gift.stripe_charge_id)
            if payment
        }
        return cls({gift.id: gift for gift in found}, by_payment)

    def find(self, line: BalanceTransaction, source: Doc | None = None) -> Gift | None:
        """The gift whose charge the line is."""
        named = gift_id_of(source) if source else None
        return (
            (self.by_id.get(named) if named else None)
            or self.by_payment.get(line.charge_id or "")
            or self.by_payment.get(line.intent_id or "")
        )


def _id_of(thing: object) -> str | None:
    """The id of a Stripe object that may be unfolded."""
    if isinstance(thing, dict):
        thing = thing.get("id")
    return thing if isinstance(thing, str) else None
