"""What a journal is before it is posted: the accounts of a fund at an office, entries, a draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fund.errors import NotFound, Refused
from fund.ledger.models import Account, Office


@dataclass(frozen=True)
class BookAccount:
    """An account as the builders know it."""

    id: UUID
    role: str
    fund_id: UUID
    currency: str


@dataclass(frozen=True)
class Book:
    """The accounts of one fund at one office, in one currency."""

    fund_id: UUID
    office_code: str
    currency: str
    accounts: Mapping[str, BookAccount] = field(repr=False)

    @classmethod
    def load(cls, session: Session, fund_id: UUID, office_id: UUID, currency: str) -> "Book":
        """One query, whatever the number of accounts. Raises NotFound for an unknown office."""
        code = select(Office.code).where(Office.id == office_id).scalar_subquery()
        rows = session.execute(
            select(Account.id, Account.role, code.label("office_code")).where(
                Account.fund_id == fund_id,
                Account.currency == currency,
                or_(Account.office_id == office_id, Account.office_id.is_(None)),
            )
        ).all()
        if not rows or rows[0].office_code is None:
            raise NotFound
        accounts = {row.role: BookAccount(row.id, row.role, fund_id, currency) for row in rows}
        return cls(fund_id, rows[0].office_code, currency, accounts)

    def account(self, role: str) -> BookAccount:
        """The account of this role. Raises Refused if the office holds no such currency."""
        try:
            return self.accounts[role]
        except KeyError:
            raise Refused("no_such_account", role=role, currency=self.currency)

    def entry(self, debit: str, credit: str, amount_minor: int) -> "Entry":
        """From the account of role `credit` to that of role `debit`."""
        return Entry(self.account(debit), self.account(credit), amount_minor)

    @property
    def stripe(self) -> str:
        """The source of what this office's Stripe account says."""
        return f"stripe:{self.office_code}"


@dataclass(frozen=True)
class Entry:
    """One transfer. Raises Refused if it could not be booked."""

    debit: BookAccount
    credit: BookAccount
    amount_minor: int

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int:
            raise TypeError("amount_minor is a whole number")
        if self.amount_minor <= 0:
            raise Refused("amount_negative" if self.amount_minor else "amount_zero")
        if self.debit.id == self.credit.id:
            raise Refused("same_account")
        if (self.debit.fund_id, self.debit.currency) != (self.credit.fund_id, self.credit.currency):
            raise Refused("wrong_fund_or_currency")


@dataclass(frozen=True)
class JournalDraft:
    """A journal to post; `reverses_id` and `concerns` as in `models.Journal`.

    `effective_on` is the day of the fact. `may_move`: a fact that Stripe or a bank reports may be
    told after its period was closed, and is then booked on the first open day.
    """

    kind: str
    effective_on: date
    source: str
    key: str
    entries: tuple[Entry, ...]
    reverses_id: UUID | None = None
    concerns: str | None = None
    may_move: bool = False

    def __post_init__(self) -> None:
        if not self.entries:
            raise Refused("journal_empty")


def shared(shares: Sequence[tuple[Book, int]], debit: str, credit: str) -> tuple[Entry, ...]:
    """From `credit` to `debit` in each book, or the other way round where the share is negative."""
    return tuple(
        book.entry(debit, credit, share) if share > 0 else book.entry(credit, debit, -share)
        for book, share in shares
        if share
    )


def reported(
    kind: str,
    day: date,
    source: str,
    key: str,
    *entries: Entry,
    concerns: str | None = None,
) -> JournalDraft:
    """The journal of what Stripe or a bank says happened on `day`."""
    return JournalDraft(kind, day, source, key, entries, concerns=concerns, may_move=True)
