"""What goes through an office's bank. Keys are the ids of our own rows."""

from datetime import date
from uuid import UUID

from fund.ledger.journals.book import Book, JournalDraft

GIFTS, PAYMENTS = "giving", "disbursements"


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
