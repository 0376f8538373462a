"""What goes through an office's bank, and the tax that it owes. Keys are ids of our own rows."""

from datetime import date
from uuid import UUID

from fund.ledger.journals.book import Book, JournalDraft, reported
from fund.ledger.journals.corrections import ENTRIES

GIFTS, PAYMENTS = "giving", "disbursements"


def gift_to_bank(book: Book, gift_id: UUID, day: date, amount_minor: int) -> JournalDraft:
    """A gift that came straight to the bank: transfer, QR, cash, cheque."""
    entry = book.entry("bank", "contributions", amount_minor)
    return reported("gift_to_bank", day, GIFTS, str(gift_id), entry)


def payment_sent(book: Book, payment_id: UUID, day: date, amount_minor: int) -> JournalDraft:
    """A grant's payment was handed to the bank: the fund no longer has it."""
    entry = book.entry("grants", "disbursement_in_transit", amount_minor)
    return JournalDraft("payment_sent", day, PAYMENTS, f"{payment_id}:sent", (entry,))


def payment_confirmed(book: Book, payment_id: UUID, day: date, amount_minor: int) -> JournalDraft:
    """The bank shows the payment."""
    entry = book.entry("disbursement_in_transit", "bank", amount_minor)
    return reported("payment_confirmed", day, PAYMENTS, f"{payment_id}:confirmed", entry)


def payment_returned(
    book: Book, payment_id: UUID, day: date, amount_minor: int, *, was_confirmed: bool
) -> JournalDraft:
    """The payment came back, before or after the bank had confirmed it."""
    account = "bank" if was_confirmed else "disbursement_in_transit"
    entry = book.entry(account, "grants", amount_minor)
    return reported("payment_returned", day, PAYMENTS, f"{payment_id}:returned", entry)


def bank_charge(book: Book, row_id: UUID, day: date, amount_minor: int) -> JournalDraft:
    """What the bank took for its services."""
    entry = book.entry("bank_charges", "bank", amount_minor)
    return reported("bank_charge", day, ENTRIES, str(row_id), entry)


def interest(book: Book, row_id: UUID, day: date, amount_minor: int) -> JournalDraft:
    """What the bank paid for keeping the money."""
    entry = book.entry("bank", "interest", amount_minor)
    return reported("interest", day, ENTRIES, str(row_id), entry)


# --- Tax that a Thai office owes until it is remitted -----------------------------------------


def tax_withheld(book: Book, row_id: UUID, day: date, amount_minor: int) -> JournalDraft:
    """Part of a payee's bill that the office keeps, and owes as the payee's tax."""
    entry = book.entry("grants", "tax_payable", amount_minor)
    return JournalDraft("tax_withheld", day, ENTRIES, str(row_id), (entry,))


def tax_on_fees(book: Book, row_id: UUID, day: date, amount_minor: int) -> JournalDraft:
    """Tax that the office itself must remit for fees it paid; one inside a fee is part of it."""
    entry = book.entry("processing_fees", "tax_payable", amount_minor)
    return JournalDraft("tax_on_fees", day, ENTRIES, str(row_id), (entry,))


def tax_remitted(book: Book, row_id: UUID, day: date, amount_minor: int) -> JournalDraft:
    """What was owed as tax left for the revenue office."""
    entry = book.entry("tax_payable", "bank", amount_minor)
    return JournalDraft("tax_remitted", day, ENTRIES, str(row_id), (entry,))
