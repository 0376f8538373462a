"""Entries of two persons, their papers, and rates: the events that the log may hold."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fund.audit.events.base import Event


@dataclass(frozen=True)
class RateEntered(Event, subject="rate"):
    """Finance said what a unit of a currency is worth in baht, as a decimal, from a day on."""

    currency: str
    valid_on: date
    thb_per_unit: str
    row_sha256: str


@dataclass(frozen=True)
class EntryProposed(Event, subject="entry"):
    """Finance proposed something for the books; `content_sha256` is over all of it."""

    kind: str
    effective_on: date
    content_sha256: str
    paper_id: UUID | None


@dataclass(frozen=True)
class EntryBooked(Event, subject="entry"):
    """Exactly what was proposed was booked, where it needs one by a second person."""

    kind: str
    content_sha256: str
    journal_id: UUID | None


@dataclass(frozen=True)
class EntryDeclined(Event, subject="entry"):
    """A second person said no; the reason stands on the entry's page."""

    content_sha256: str


@dataclass(frozen=True)
class EntryWithdrawn(Event, subject="entry"):
    """Who proposed it took it back."""

    content_sha256: str


@dataclass(frozen=True)
class EntryPaperSettled(Event, subject="entry"):
    """The sealed paper of an entry reached the document store (`stored`) or did not (`failed`)."""

    paper_id: UUID
    state: str


@dataclass(frozen=True)
class EntryPaperRead(Event, subject="entry"):
    """Somebody opened the paper of an entry."""

    paper_id: UUID
