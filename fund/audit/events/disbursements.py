"""Payees, runs and payments: the events that the log may hold."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fund.audit.events.base import Event


@dataclass(frozen=True)
class PayeeAdded(Event, subject="payee"):
    kind: str


@dataclass(frozen=True)
class PayeeChanged(Event, subject="payee"):
    """The account changed; it can be paid once a second person checked it and a pause is over."""


@dataclass(frozen=True)
class PayeeChecked(Event, subject="payee"):
    pass


@dataclass(frozen=True)
class PayeeRead(Event, subject="payee"):
    """Somebody opened the sealed name or account."""


@dataclass(frozen=True)
class RunPrepared(Event, subject="run"):
    payments: int
    total_minor: int
    content_sha256: str


@dataclass(frozen=True)
class RunApproved(Event, subject="run"):
    content_sha256: str


@dataclass(frozen=True)
class RunCancelled(Event, subject="run"):
    pass


@dataclass(frozen=True)
class RunSent(Event, subject="run"):
    total_minor: int


@dataclass(frozen=True)
class PaymentSent(Event, subject="payment"):
    run_id: UUID
    instalment_id: UUID
    payee_id: UUID
    amount_minor: int


@dataclass(frozen=True)
class PaymentConfirmed(Event, subject="payment"):
    amount_minor: int
    paid_on: date


@dataclass(frozen=True)
class PaymentReturned(Event, subject="payment"):
    amount_minor: int
    reason: str
