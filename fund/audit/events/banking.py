"""Bank accounts and their statements: the events that the log may hold."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fund.audit.events.base import Event


@dataclass(frozen=True)
class BankAccountAdded(Event, subject="office"):
    """An account of the office at a bank was noted, so that its statements can be read."""

    account_id: UUID


@dataclass(frozen=True)
class StatementRecorded(Event, subject="office"):
    """A bank's file was recorded, whole; `line_count` is how many of its lines were new."""

    statement_id: UUID
    file_sha256: str
    first_on: date
    last_on: date
    line_count: int


@dataclass(frozen=True)
class StatementUndone(Event, subject="office"):
    """A bank's file that had been recorded was taken back, before any of its lines counted."""

    statement_id: UUID


@dataclass(frozen=True)
class BankTextsRead(Event, subject="office"):
    """Somebody read what the bank wrote on a statement's lines, names of payers and payees too."""

    statement_id: UUID


@dataclass(frozen=True)
class BankLineMatched(Event, subject="office"):
    """A line of a statement was found in the books, or booked from it; `rule` says how."""

    line_id: UUID
    kind: str
    journal_id: UUID | None
    amount_minor: int
    rule: str


@dataclass(frozen=True)
class BankLineLeftAside(Event, subject="office"):
    """A line of a statement was said to be nothing for the books; why stands beside it."""

    line_id: UUID
    amount_minor: int


@dataclass(frozen=True)
class BankLineOpened(Event, subject="office"):
    """What was said of a line was taken back; what was booked stayed booked."""

    line_id: UUID
