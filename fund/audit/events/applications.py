"""Requests: the events that the log may hold."""

from dataclasses import dataclass
from uuid import UUID

from fund.audit.events.base import Event


@dataclass(frozen=True)
class ApplicationDrafted(Event, subject="application"):
    survivor_id: UUID
    kind: str


@dataclass(frozen=True)
class ApplicationSubmitted(Event, subject="application"):
    round: int
    requested_minor: int


@dataclass(frozen=True)
class ReviewStarted(Event, subject="application"):
    """The first committee member opened it."""

    round: int


@dataclass(frozen=True)
class ApplicationWithdrawn(Event, subject="application"):
    round: int
