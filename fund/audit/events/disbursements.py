"""Payees, runs and payments: the events that the log may hold."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fund.audit.events.base import Event


@dataclass(frozen=True)
class PayeeAdded(Event, subject="payee"):
    """Finance entered somebody who can be paid; name and account are sealed."""

    kind: str


@dataclass(frozen=True)
class PayeeChanged(Event, subject="payee"):
    """The account changed; it can be paid once a second person checked it and a pause is over."""


@dataclass(frozen=True)
class PayeeChecked(Event, subject="payee"):
    """A second person compared the account with its paper; it can be paid after a pause."""


@dataclass(frozen=True)
class PayeeRead(Event, subject="payee"):
    """Somebody opened the sealed name or account."""


@dataclass(frozen=True)
class RunPrepared(Event, subject="run"):
    """Finance gathered payments into a run; `content_sha256` is over exactly these."""

    payments: int
    total_minor: int
    content_sha256: str


@dataclass(frozen=True)
class RunApproved(Event, subject="run"):
    """A committee member approved exactly the run that this hash is of; any change asks anew."""

    content_sha256: str


@dataclass(frozen=True)
class RunCancelled(Event, subject="run"):
    """The run was dropped before it left, and its payments wait again."""


@dataclass(frozen=True)
class RunSent(Event, subject="run"):
    """Finance handed the approved run to the bank."""

    total_minor: int


@dataclass(frozen=True)
class PaymentSent(Event, subject="payment"):
    """One payment of a run left for the bank."""

    run_id: UUID
    instalment_id: UUID
    payee_id: UUID
    amount_minor: int


@dataclass(frozen=True)
class PaymentConfirmed(Event, subject="payment"):
    """The bank's statement shows the payment; the treasurer says so, never who sent it."""

    amount_minor: int
    paid_on: date


@dataclass(frozen=True)
class PaymentReturned(Event, subject="payment"):
    """The bank or the payee sent the money back; `reason` is a code."""

    amount_minor: int
    reason: str
