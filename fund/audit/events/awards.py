"""Awards, instalments and evidence: the events that the log may hold."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fund.audit.events.base import Event


@dataclass(frozen=True)
class AwardMade(Event, subject="award"):
    application_id: UUID
    fund_id: UUID
    commitment_id: UUID
    amount_minor: int
    instalments: int


@dataclass(frozen=True)
class AwardAccepted(Event, subject="award"):
    consent_id: UUID
    accepted_on: date


@dataclass(frozen=True)
class ConditionConfirmed(Event, subject="award"):
    condition_id: UUID
    kind: str


@dataclass(frozen=True)
class InstalmentRescheduled(Event, subject="instalment"):
    """What had come back, or was cancelled, waits to be paid anew."""

    award_id: UUID


@dataclass(frozen=True)
class InstalmentReady(Event, subject="instalment"):
    award_id: UUID
    amount_minor: int


@dataclass(frozen=True)
class EvidenceAttached(Event, subject="evidence"):
    award_id: UUID
    instalment_id: UUID
    document_id: UUID
    kind: str


@dataclass(frozen=True)
class AwardCompleted(Event, subject="award"):
    """Every instalment was paid and evidenced, or cancelled."""
