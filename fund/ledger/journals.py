"""What each fact looks like in the books: one named builder a fact, as in the table of postings.

A builder takes the day on which the fact took effect and whole minor units, and returns a draft
for `operations.post`. A draft's `source` and `key` name the fact, so that it is booked once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fund.errors import NotFound, Refused
from fund.ledger.models import Account, Office

GIFTS, PAYMENTS, ADOPTION = "giving", "disbursements", "adoption"


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
            raise Refused("amount_not_positive")
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


# --- Stripe -----------------------------------------------------------------------------------


def charge(book: Book, txn_id: str, day: date, gross_minor: int, fee_minor: int) -> JournalDraft:
    """A gift by card or wallet, whole, and what the processing cost (taxes on it included)."""
    entries = [book.entry("stripe_pending", "contributions", gross_minor)]
    if fee_minor:
        entries.append(book.entry("processing_fees", "stripe_pending", fee_minor))
    return JournalDraft("charge", day, book.stripe, txn_id, tuple(entries))


def became_available(book: Book, txn_id: str, day: date, net_minor: int) -> JournalDraft:
    """The net of a charge can be paid out from `day` (`available_on`)."""
    entry = book.entry("stripe_available", "stripe_pending", net_minor)
    return JournalDraft("available", day, book.stripe, f"{txn_id}:available", (entry,))


def refund(
    book: Book, txn_id: str, day: date, amount_minor: int, *, charge_txn_id: str
) -> JournalDraft:
    """Money given back to a donor; `charge_txn_id` is the balance transaction of its charge."""
    entry = book.entry("refunds", "stripe_available", amount_minor)
    return JournalDraft("refund", day, book.stripe, txn_id, (entry,), concerns=charge_txn_id)


def stripe_fee(book: Book, txn_id: str, day: date, amount_minor: int) -> JournalDraft:
    """A fee of no gift; `book` is that of *Where needed most*."""
    entry = book.entry("processing_fees", "stripe_available", amount_minor)
    return JournalDraft("stripe_fee", day, book.stripe, txn_id, (entry,))


def payout(shares: Sequence[tuple[Book, int]], txn_id: str, day: date) -> JournalDraft:
    """A payout leaves Stripe; each fund has its share, which may be negative. All of one office."""
    entries = _shared(shares, "payout_in_transit", "stripe_available")
    return JournalDraft("payout", day, shares[0][0].stripe, txn_id, entries)


def payout_arrived(shares: Sequence[tuple[Book, int]], payout_id: str, day: date) -> JournalDraft:
    """The bank shows the payout; the shares are those with which it left."""
    entries = _shared(shares, "bank", "payout_in_transit")
    return JournalDraft("payout_arrived", day, shares[0][0].stripe, f"{payout_id}:arrived", entries)


def _shared(shares: Sequence[tuple[Book, int]], debit: str, credit: str) -> tuple[Entry, ...]:
    return tuple(
        book.entry(debit, credit, share) if share > 0 else book.entry(credit, debit, -share)
        for book, share in shares
        if share
    )


# --- The bank ---------------------------------------------------------------------------------


def gift_to_bank(book: Book, gift_id: UUID, day: date, amount_minor: int) -> JournalDraft:
    """A gift that came straight to the bank: transfer, QR, cash, cheque."""
    entry = book.entry("bank", "contributions", amount_minor)
    return JournalDraft("gift_to_bank", day, GIFTS, str(gift_id), (entry,))


def payment_sent(book: Book, payment_id: UUID, day: date, amount_minor: int) -> JournalDraft:
    """A grant's payment was handed to the bank: the fund no longer has it."""
    entry = book.entry("grants", "disbursement_in_transit", amount_minor)
    return JournalDraft("payment_sent", day, PAYMENTS, f"{payment_id}:sent", (entry,))


def payment_confirmed(book: Book, payment_id: UUID, day: date, amount_minor: int) -> JournalDraft:
    """The bank shows the payment."""
    entry = book.entry("disbursement_in_transit", "bank", amount_minor)
    return JournalDraft("payment_confirmed", day, PAYMENTS, f"{payment_id}:confirmed", (entry,))


def payment_returned(
    book: Book, payment_id: UUID, day: date, amount_minor: int, *, was_confirmed: bool
) -> JournalDraft:
    """The payment came back, before or after the bank had confirmed it."""
    account = "bank" if was_confirmed else "disbursement_in_transit"
    entry = book.entry(account, "grants", amount_minor)
    return JournalDraft("payment_returned", day, PAYMENTS, f"{payment_id}:returned", (entry,))


# --- The beginning ----------------------------------------------------------------------------


def opening_balance(
    book: Book, row_id: UUID, day: date, amount_minor: int, *, role: str = "bank"
) -> JournalDraft:
    """What the account held (negative: owed) when these books began."""
    entries = _shared([(book, amount_minor)], role, "opening_balances")
    return JournalDraft("opening_balance", day, ADOPTION, str(row_id), entries)
