"""Cases, consent and documents: the events that the log may hold."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fund.audit.events.base import Event


@dataclass(frozen=True)
class SurvivorAdded(Event, subject="survivor"):
    """A case began. Who it is about is sealed; the log knows the code."""

    case_code: str
    region: str


@dataclass(frozen=True)
class SurvivorChanged(Event, subject="survivor"):
    """Region or working label were changed."""

    region: str


@dataclass(frozen=True)
class SurvivorIdentityRead(Event, subject="survivor"):
    """Committed before the vault opens; `purpose` is a code from the list on the page."""

    purpose: str


@dataclass(frozen=True)
class SurvivorAccessRefused(Event, subject="survivor"):
    """Somebody not assigned asked for the record, and got a 404."""


@dataclass(frozen=True)
class SurvivorKnownElsewhere(Event, subject="survivor"):
    """Somebody not assigned tried to add this person, and so learned that they are known."""


@dataclass(frozen=True)
class SurvivorAssigned(Event, subject="survivor"):
    """`staff_id` works on the case from now on, and may open it."""

    staff_id: UUID


@dataclass(frozen=True)
class SurvivorReleased(Event, subject="survivor"):
    """`staff_id` no longer works on the case, nor sees it."""

    staff_id: UUID


@dataclass(frozen=True)
class SurvivorAttested(Event, subject="survivor"):
    """A second person stands for it; `way`: met_in_person or checked_papers."""

    way: str


@dataclass(frozen=True)
class GuardianAdded(Event, subject="survivor"):
    """A guardian is on record, the name sealed; nobody contacts one who is not marked safe."""

    guardian_id: UUID
    relation: str
    is_safe_to_contact: bool


@dataclass(frozen=True)
class ConsentRecorded(Event, subject="consent"):
    """`wording` and `assent_wording` are the texts that were read, e.g. `holder:th:1`."""

    survivor_id: UUID
    giver_kind: str
    relation: str | None
    wording: str | None
    given_how: str | None
    lawful_basis: str | None
    assent_wording: str | None
    assent_how: str | None
    given_on: date
    expires_on: date


@dataclass(frozen=True)
class ConsentBasisConfirmed(Event, subject="consent"):
    """A second person agreed that another lawful basis holds."""

    survivor_id: UUID


@dataclass(frozen=True)
class ConsentWithdrawn(Event, subject="consent"):
    """The consent no longer holds; nothing is submitted, accepted or paid for the case by it."""

    survivor_id: UUID
    reason: str


@dataclass(frozen=True)
class DocumentAdded(Event, subject="document"):
    """The intention; the sealed bytes go to storage next. About the thing `about_id`."""

    survivor_id: UUID
    about_kind: str
    about_id: UUID
    document_class: str
    pages: int
    size: int


@dataclass(frozen=True)
class DocumentSettled(Event, subject="document"):
    """What became of it: stored, or failed."""

    survivor_id: UUID
    state: str


@dataclass(frozen=True)
class DocumentRead(Event, subject="document"):
    """Somebody opened the paper; recorded before its bytes are unsealed."""

    survivor_id: UUID
