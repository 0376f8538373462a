"""Gifts and receipts: the events that the log may hold."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fund.audit.events.base import Event


@dataclass(frozen=True)
class GiftStarted(Event, subject="gift"):
    """A donor chose amount, office and fund; nothing was paid yet."""

    office: str
    fund: str
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class GiftRetried(Event, subject="gift"):
    """The last attempt came to nothing, and the donor tries again."""

    attempt: int


@dataclass(frozen=True)
class GiftProcessing(Event, subject="gift"):
    """Stripe says that the payment is under way and not yet certain."""


@dataclass(frozen=True)
class GiftPaid(Event, subject="gift"):
    """The gift was paid; `payment_intent` is its id at Stripe, empty where it came by a bank."""

    amount_minor: int
    currency: str
    payment_intent: str | None


@dataclass(frozen=True)
class GiftFailed(Event, subject="gift"):
    """`reason`: failed, or expired."""

    reason: str


@dataclass(frozen=True)
class ReceiptIssued(Event, subject="receipt"):
    """The donor holds this event's id; whoever has it may check the receipt by it."""

    gift_id: UUID
    office: str
    number: str
    fund: str
    amount_minor: int
    currency: str
    given_on: date
