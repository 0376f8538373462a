"""Gifts and receipts: the events that the log may hold."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fund.audit.events.base import Event


@dataclass(frozen=True)
class GiftStarted(Event, subject="gift"):
    """A donor chose amount, office and fund; nothing was paid yet."""

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
    """Stripe says that the payment is under way and not yet certain."""


@dataclass(frozen=True)
class GiftPaid(Event, subject="gift"):
    """The gift was paid; `payment_intent` is its id at Stripe, empty where it came by a bank."""

    amount_minor: int
    currency: str
    payment_intent: str | None


@dataclass(frozen=True)
class GiftFailed(Event, subject="gift"):
    """`reason`: failed, or expired."""

    reason: str


@dataclass(frozen=True)
class ReceiptIssued(Event, subject="receipt"):
    """The donor holds this event's id; whoever has it may check the receipt by it."""

    gift_id: UUID
    office: str
    number: str
    fund: str
    amount_minor: int
    currency: str
    given_on: date


@dataclass(frozen=True)
class ReceiptCorrected(Event, subject="receipt"):
    """Part of a gift went back, or came again: this receipt takes the place of `corrects`.

    `amount_minor` is what counts now; `reason`: refund, refund_failed, dispute_lost, dispute_won,
    reversal or restored, on the day `returned_on`.
    """

    gift_id: UUID
    office: str
    number: str
    corrects: str
    fund: str
    amount_minor: int
    currency: str
    reason: str
    returned_on: date


@dataclass(frozen=True)
class GiftReturned(Event, subject="gift"):
    """`amount_minor` of a gift went back; below zero it came here again.

    `kind` as the reason in ReceiptCorrected; `key` is Stripe's id of it, or our journal's.
    """

    kind: str
    key: str
    amount_minor: int
    currency: str
    happened_on: date


@dataclass(frozen=True)
class AnnualStatementIssued(Event, subject="annual_statement"):
    """A donor was told what they gave to an office in `year`: receipts, each with what counts.

    `rows_sha256`: of number, amount and currency of each, in order, as RFC 8785 writes them.
    """

    office: str
    year: int
    receipt_count: int
    rows_sha256: str


@dataclass(frozen=True)
class TaxYearStatementIssued(Event, subject="annual_statement"):
    """A donor was told what they gave to an office in its tax year, from `first_on` to `last_on`.

    `rows_sha256` as in AnnualStatementIssued.
    """

    office: str
    first_on: date
    last_on: date
    receipt_count: int
    rows_sha256: str


@dataclass(frozen=True)
class GiftPaperSettled(Event, subject="gift"):
    """The sealed paper of a gift reached the document store (`stored`) or did not (`failed`)."""

    paper_id: UUID
    state: str


@dataclass(frozen=True)
class GiftPaperRead(Event, subject="gift"):
    """Somebody opened the paper of a gift."""

    paper_id: UUID


@dataclass(frozen=True)
class OfficeTermsChanged(Event, subject="office"):
    """What an office offers donors from now on: ways to pay and the kind of its receipts.

    `biller_id` says to whose bank its PromptPay QR code leads; empty if it has none.
    """

    receipt_kind: str
    stripe_methods: tuple[str, ...]
    biller_id: str | None


@dataclass(frozen=True)
class EdonationColumnsChanged(Event, subject="office"):
    """The office's e-Donation file has other columns from now on; nobody has confirmed them yet.

    `mapping` counts the changes; `columns` are the facts told, in order.
    """

    mapping: int
    columns: tuple[str, ...]


@dataclass(frozen=True)
class EdonationColumnsConfirmed(Event, subject="office"):
    """Somebody held the columns of that `mapping` against the Revenue Department's own form."""

    mapping: int


@dataclass(frozen=True)
class EdonationExported(Event, subject="office"):
    """Somebody took the file of the office's tax receipts, with names and tax numbers.

    It tells the gifts paid from `first_on` to `last_on`; `is_confirmed`: its columns were.
    """

    first_on: date
    last_on: date
    receipt_count: int
    mapping: int
    is_confirmed: bool
    file_format: str


@dataclass(frozen=True)
class BillerChangeAsked(Event, subject="office"):
    """Somebody asked that an office's PromptPay QR code lead to this bank's biller id instead.

    Nothing changes until a second person agrees.
    """

    change_id: UUID
    biller_id: str


@dataclass(frozen=True)
class BillerChangeDecided(Event, subject="office"):
    """A second person agreed to another biller (`approved`), or it stays as it is (`dropped`)."""

    change_id: UUID
    state: str


@dataclass(frozen=True)
class DedicationMailed(Event, subject="gift"):
    """The person to be told in whose honour or memory the gift is was told by mail, once."""


@dataclass(frozen=True)
class DedicationDropped(Event, subject="gift"):
    """That mail did not go out and never will.

    `reason`: refused (no such mail is wanted there), too_many (three went there within a day),
    unreadable (the donor was forgotten), or withdrawn (by the donor).
    """

    reason: str


@dataclass(frozen=True)
class DedicationHidden(Event, subject="gift"):
    """The donor no longer wants to see on their pages in whose name they gave."""


@dataclass(frozen=True)
class PortalOpened(Event, subject="donor"):
    """Somebody used the one-time link that was mailed to the donor, and reads their pages."""


@dataclass(frozen=True)
class DonorLanguageChosen(Event, subject="donor"):
    """The donor chose the language of their letters."""

    language: str


@dataclass(frozen=True)
class DonorDataExported(Event, subject="donor"):
    """The donor took a copy of all that is kept about them."""


@dataclass(frozen=True)
class DonorsMerged(Event, subject="donor"):
    """Finance found the record `merged_id` to be this donor's: what belongs to both is theirs.

    `name_of`, `language_of`: of which record these stay, `kept` (this one) or `merged`.
    """

    merged_id: UUID
    name_of: str
    language_of: str


@dataclass(frozen=True)
class DonorsKeptApart(Event, subject="donor"):
    """Finance found that this record and `other_id`, although alike, are not one person's."""

    other_id: UUID


@dataclass(frozen=True)
class NewsletterAsked(Event, subject="donor"):
    """The box for the newsletter was ticked on the give page; the address was asked by mail."""

    wording: str


@dataclass(frozen=True)
class NewsletterConfirmed(Event, subject="donor"):
    """The owner of the address said that the newsletter is wished for."""


@dataclass(frozen=True)
class NewsletterStopped(Event, subject="donor"):
    """The owner of the address wants no newsletter, or no more."""


@dataclass(frozen=True)
class FrameAllowed(Event, subject="frame_origin"):
    """Pages of this site may show the small give page in a frame."""

    origin: str


@dataclass(frozen=True)
class FrameForbidden(Event, subject="frame_origin"):
    """Pages of this site may show it no more."""

    origin: str


@dataclass(frozen=True)
class ErasureAsked(Event, subject="donor"):
    """The donor asked to be forgotten."""

    request_id: UUID


@dataclass(frozen=True)
class ErasureWithdrawn(Event, subject="donor"):
    """The donor took that back before it was decided."""

    request_id: UUID


@dataclass(frozen=True)
class ErasureRefused(Event, subject="donor"):
    """The data-protection contact did not forget the donor, and told them why.

    `reason`: law (a law or an authority needs the data for now), money (a refund or dispute is
    under way) or doubt (it is not certain who asked).
    """

    request_id: UUID
    reason: str


@dataclass(frozen=True)
class DonorErased(Event, subject="donor"):
    """The keys of all the donor's records were destroyed: nobody reads who they were any more.

    Gifts, receipts and this log stay, without a name.
    """

    request_id: UUID
    records: int


@dataclass(frozen=True)
class CampaignOpened(Event, subject="campaign"):
    """A page at `/give/<slug>` asks for gifts to one fund; the target is in satang."""

    slug: str
    fund: str
    target_minor: int


@dataclass(frozen=True)
class CampaignChanged(Event, subject="campaign"):
    """A campaign's words or its target were changed; the target, in satang, is the new one."""

    target_minor: int


@dataclass(frozen=True)
class CampaignClosed(Event, subject="campaign"):
    """A campaign takes no more gifts."""


@dataclass(frozen=True)
class BreakerMoved(Event, subject="office"):
    """What the office asks of donors before the payment page changed. `reason`: failures,
    insisting, calm, or by_hand."""

    level: int
    reason: str
