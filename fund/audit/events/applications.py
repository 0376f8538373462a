"""Requests: the events that the log may hold."""

from dataclasses import dataclass
from uuid import UUID

from fund.audit.events.base import Event


@dataclass(frozen=True)
class ApplicationDrafted(Event, subject="application"):
    """A caseworker began an application of a `kind` for a survivor."""

    survivor_id: UUID
    kind: str


@dataclass(frozen=True)
class ApplicationSubmitted(Event, subject="application"):
    """It went to the committee, asking for `requested_minor`; each return and new submission is a
    `round`.
    """

    round: int
    requested_minor: int


@dataclass(frozen=True)
class ReviewStarted(Event, subject="application"):
    """The first committee member opened it in this `round`."""

    round: int


@dataclass(frozen=True)
class ApplicationWithdrawn(Event, subject="application"):
    """The caseworker took it back."""

    round: int
