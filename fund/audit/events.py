"""Every event that the log may hold, in the past tense, each with its public fields.

Fields are ids, codes, amounts and states: what an auditor may read and what stays for ever.
Names, contacts and free text go through `private=` of `audit.operations.record`, where they are
sealed. The event's name is its class's name in snake_case and never changes once used.
"""

import re
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID

SUBJECTS = frozenset(
    {"setup", "office", "fund", "journal", "period", "checkpoint", "staff"}
    | {"survivor", "consent", "document", "application", "award", "instalment", "evidence"}
    | {"payee", "run", "payment", "donor", "gift", "receipt"}
)
EVENTS: dict[str, type["Event"]] = {}

_PLAIN = re.compile(r"[!-~]{0,200}")
_LARGEST = 2**53 - 1  # beyond it JSON readers disagree (RFC 8785, section 3.2.2.3)


@dataclass(frozen=True)
class Event:
    """Something that happened to the subject `subject_id`, whose kind each class names."""

    subject_id: UUID

    name: ClassVar[str]
    subject: ClassVar[str]

    def __init_subclass__(cls, *, subject: str) -> None:
        if subject not in SUBJECTS:
            raise ValueError(f"{cls.__name__}: no such kind of subject: {subject}")
        cls.subject = subject
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        if EVENTS.setdefault(cls.name, cls) is not cls:
            raise ValueError(f"{cls.name} is declared twice")

    def data(self) -> dict[str, Any]:
        """The public fields, ready for JSON. Raises ValueError for what does not belong there."""
        return {
            field.name: _as_json(field.name, getattr(self, field.name))
            for field in fields(self)
            if field.name != "subject_id"
        }


def instant(moment: datetime) -> str:
    """`2026-11-24T03:00:00.000000Z` (RFC 3339, UTC, microseconds), as leaves write a time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _as_json(name: str, value: object) -> Any:
    match value:
        case None | bool():
            return value
        case int() if abs(value) <= _LARGEST:
            return value
        case str() if _PLAIN.fullmatch(value):  # a code: a name or a sentence would not pass
            return str(value)
        case UUID():
            return str(value)
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case tuple() | list():
            return [_as_json(name, item) for item in value]
    raise ValueError(f"{name}: not a public value")


# --- setup ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OrganisationSetUp(Event, subject="setup"):
    """A real installation began."""


@dataclass(frozen=True)
class Restored(Event, subject="setup"):
    """The database was put back from a backup; transaction ids started anew."""

    epoch: int


# --- ledger -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class OfficeOpened(Event, subject="office"):
    code: str
    country: str
    currency: str


@dataclass(frozen=True)
class FundOpened(Event, subject="fund"):
    code: str
    restriction: str
    purpose: str | None


@dataclass(frozen=True)
class JournalPosted(Event, subject="journal"):
    """`rows_sha256` (hex) is the hash of the journal's own rows, as `ledger verify` reads them."""

    kind: str
    effective_on: date
    source: str
    key: str
    rows_sha256: str
    reverses_id: UUID | None = None


@dataclass(frozen=True)
class PeriodClosed(Event, subject="period"):
    first_on: date
    last_on: date


@dataclass(frozen=True)
class FundsReserved(Event, subject="award"):
    commitment_id: UUID
    fund_id: UUID
    amount_minor: int


@dataclass(frozen=True)
class CommitmentLiquidated(Event, subject="award"):
    """A payment left, so that part is no longer held; `cause` names the payment."""

    commitment_id: UUID
    amount_minor: int
    cause: str


@dataclass(frozen=True)
class FundsReservedAgain(Event, subject="award"):
    """A payment came back, and its part is held once more."""

    commitment_id: UUID
    amount_minor: int
    cause: str


@dataclass(frozen=True)
class CommitmentFreed(Event, subject="award"):
    commitment_id: UUID
    amount_minor: int


# --- people -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class StaffInvited(Event, subject="staff"):
    roles: tuple[str, ...]


@dataclass(frozen=True)
class StaffJoined(Event, subject="staff"):
    """The invitation was accepted: a password is set."""


@dataclass(frozen=True)
class StaffSignedIn(Event, subject="staff"):
    pass


@dataclass(frozen=True)
class StaffSignInRefused(Event, subject="staff"):
    """`reason`: password or code."""

    reason: str


@dataclass(frozen=True)
class StaffLocked(Event, subject="staff"):
    """After too many wrong guesses no sign-in is taken for so many seconds."""

    seconds: int


@dataclass(frozen=True)
class StaffUnlocked(Event, subject="staff"):
    """An idle session went on after the password was given again."""


@dataclass(frozen=True)
class StaffSignedOutEverywhere(Event, subject="staff"):
    pass


@dataclass(frozen=True)
class StaffPasswordChanged(Event, subject="staff"):
    pass


@dataclass(frozen=True)
class StaffSecondFactorEnrolled(Event, subject="staff"):
    pass


@dataclass(frozen=True)
class StaffLanguageChosen(Event, subject="staff"):
    language: str


@dataclass(frozen=True)
class StaffTeamChanged(Event, subject="staff"):
    supervisor_id: UUID | None


@dataclass(frozen=True)
class StaffRoleGiven(Event, subject="staff"):
    role: str


@dataclass(frozen=True)
class StaffRoleTaken(Event, subject="staff"):
    role: str


@dataclass(frozen=True)
class StaffLeft(Event, subject="staff"):
    pass


# --- survivors --------------------------------------------------------------------------------


@dataclass(frozen=True)
class SurvivorAdded(Event, subject="survivor"):
    case_code: str
    region: str


@dataclass(frozen=True)
class SurvivorChanged(Event, subject="survivor"):
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
    survivor_id: UUID


# --- applications -----------------------------------------------------------------------------


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
class ApplicationReturned(Event, subject="application"):
    round: int


@dataclass(frozen=True)
class ApplicationWithdrawn(Event, subject="application"):
    round: int


# --- awards -----------------------------------------------------------------------------------


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


# --- committee --------------------------------------------------------------------------------


@dataclass(frozen=True)
class PolicySet(Event, subject="setup"):
    valid_from: date


@dataclass(frozen=True)
class ConflictDeclared(Event, subject="application"):
    round: int
    has_conflict: bool


@dataclass(frozen=True)
class ApplicationScored(Event, subject="application"):
    round: int


@dataclass(frozen=True)
class VoteCast(Event, subject="application"):
    round: int
    choice: str


@dataclass(frozen=True)
class ApplicationDecided(Event, subject="application"):
    round: int
    outcome: str
    policy_id: UUID
    amount_minor: int | None


# --- disbursements ----------------------------------------------------------------------------


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


# --- giving -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class GiftStarted(Event, subject="gift"):
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
    pass


@dataclass(frozen=True)
class GiftPaid(Event, subject="gift"):
    amount_minor: int
    currency: str
    payment_intent: str | None


@dataclass(frozen=True)
class GiftFailed(Event, subject="gift"):
    """`reason`: failed, or expired."""

    reason: str


@dataclass(frozen=True)
class ReceiptIssued(Event, subject="receipt"):
    """The donor holds this event's id; whoever has it may check the receipt at /log/check/…"""

    gift_id: UUID
    office: str
    number: str
    fund: str
    amount_minor: int
    currency: str
    given_on: date


# --- settlement -------------------------------------------------------------------------------


@dataclass(frozen=True)
class InboxEventRetried(Event, subject="office"):
    """Somebody had a failed event of Stripe's looked at again; `event` is its id there."""

    event: str


# --- reports ----------------------------------------------------------------------------------
