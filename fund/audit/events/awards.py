"""Awards, instalments and evidence: the events that the log may hold."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fund.audit.events.base import Event


@dataclass(frozen=True)
class AwardMade(Event, subject="award"):
    """An approved application became an award, and its fund holds the money for it."""

    application_id: UUID
    fund_id: UUID
    commitment_id: UUID
    amount_minor: int
    instalments: int


@dataclass(frozen=True)
class AwardAccepted(Event, subject="award"):
    """Who consents for the survivor, and a child itself, accepted the offer."""

    consent_id: UUID
    accepted_on: date


@dataclass(frozen=True)
class ConditionConfirmed(Event, subject="award"):
    """One condition of the award is met, by a document, a call or a visit."""

    condition_id: UUID
    kind: str


@dataclass(frozen=True)
class InstalmentRescheduled(Event, subject="instalment"):
    """What had come back, or was cancelled, waits to be paid anew."""

    award_id: UUID


@dataclass(frozen=True)
class InstalmentReady(Event, subject="instalment"):
    """The conditions of this payment are met, so that it may be put into a run."""

    award_id: UUID
    amount_minor: int


@dataclass(frozen=True)
class EvidenceAttached(Event, subject="evidence"):
    """A receipt or report of the payee shows what a payment was for."""

    award_id: UUID
    instalment_id: UUID
    document_id: UUID
    kind: str


@dataclass(frozen=True)
class AwardCompleted(Event, subject="award"):
    """Every instalment was paid and evidenced, or cancelled."""
