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


@dataclass(frozen=True)
class GiftImportRecorded(Event, subject="gift_import"):
    """A list of gifts was recorded whole, as its file, which was shown first, said."""

    office: str
    file_sha256: str
    paper_id: UUID
    gift_count: int
    amount_minor: int
    currency: str
    has_outside_receipts: bool


@dataclass(frozen=True)
class GiftImportPaperSettled(Event, subject="gift_import"):
    """The sealed paper of a list reached the document store (`stored`) or did not (`failed`)."""

    paper_id: UUID
    state: str


@dataclass(frozen=True)
class GiftImportPaperRead(Event, subject="gift_import"):
    """Somebody opened the paper that shows a list's gifts."""

    paper_id: UUID


@dataclass(frozen=True)
class GiftImportFileRead(Event, subject="gift_import"):
    """Somebody opened a list's file, which names who gave."""


@dataclass(frozen=True)
class GiftImportUndoAsked(Event, subject="gift_import"):
    """Finance proposed to take every gift of a list back; each has an entry of its own."""

    gift_count: int


@dataclass(frozen=True)
class GiftImportUndoDropped(Event, subject="gift_import"):
    """The list stays: the proposal to take it back was `withdrawn` or `declined`."""

    state: str


@dataclass(frozen=True)
class GiftImportUndone(Event, subject="gift_import"):
    """A second person had every gift of a list taken back, by reversals."""

    gift_count: int
