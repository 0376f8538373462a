"""The books and what they hold for awards: the events that the log may hold."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fund.audit.events.base import Event


@dataclass(frozen=True)
class OfficeOpened(Event, subject="office"):
    """A receiving office was opened, with its accounts.

    `row_sha256` and `accounts_sha256` (hex) are the hashes of its row and of all accounts.
    """

    code: str
    country: str
    currency: str
    row_sha256: str
    accounts_sha256: str


@dataclass(frozen=True)
class FundOpened(Event, subject="fund"):
    """A fund was opened, with its accounts; the hashes are as for an office."""

    code: str
    restriction: str
    purpose: str | None
    row_sha256: str
    accounts_sha256: str


@dataclass(frozen=True)
class FundChanged(Event, subject="fund"):
    """Finance changed a fund's names, cap, target or reserve; what it is for never changes."""

    gift_cap_minor: int | None
    target_minor: int | None
    reserve_days: int
    row_sha256: str


@dataclass(frozen=True)
class FundClosed(Event, subject="fund"):
    """A fund that held nothing was closed: it takes no gift, award or posting any more."""

    closed_on: date
    row_sha256: str


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
class FundsReserved(Event, subject="award"):
    """The fund holds this much for the award; `entry_id` is the row of the commitment's events."""

    commitment_id: UUID
    entry_id: UUID
    fund_id: UUID
    amount_minor: int


@dataclass(frozen=True)
class CommitmentLiquidated(Event, subject="award"):
    """A payment left, so that part is no longer held; `cause` names the payment."""

    commitment_id: UUID
    entry_id: UUID
    amount_minor: int
    cause: str


@dataclass(frozen=True)
class FundsReservedAgain(Event, subject="award"):
    """A payment came back, and its part is held once more."""

    commitment_id: UUID
    entry_id: UUID
    amount_minor: int
    cause: str


@dataclass(frozen=True)
class CommitmentFreed(Event, subject="award"):
    """The award ended, and what it still held is available again."""

    commitment_id: UUID
    entry_id: UUID
    amount_minor: int


@dataclass(frozen=True)
class MoneyHeld(Event, subject="fund"):
    """An open inquiry, named by `cause`, may ask for this money, so that no award takes it.

    `concerns` is the key of the charge that it asks about.
    """

    hold_id: UUID
    currency: str
    amount_minor: int
    concerns: str | None
    cause: str


@dataclass(frozen=True)
class HoldReleased(Event, subject="fund"):
    """The inquiry is over, and what it held can be awarded again."""

    hold_id: UUID


@dataclass(frozen=True)
class PeriodOpened(Event, subject="period"):
    """Days were named that will be closed together; `first_on` is empty for the first period."""

    first_on: date | None
    last_on: date
    row_sha256: str


@dataclass(frozen=True)
class PeriodClosing(Event, subject="period"):
    """Finance began to close a period: what is still open in it is looked for."""

    row_sha256: str


@dataclass(frozen=True)
class PeriodClosed(Event, subject="period"):
    """A period was closed for ever. `snapshot_sha256` is over what every account then stood at;
    `unreconciled_count` says how much was open, and the row why it was closed all the same.
    """

    unreconciled_count: int
    snapshot_sha256: str
    row_sha256: str
