"""How these books begin."""

from datetime import date
from uuid import UUID

from fund.ledger.journals.book import Book, JournalDraft, shared

ADOPTION = "adoption"


def opening_balance(
    book: Book, row_id: UUID, day: date, amount_minor: int, *, role: str = "bank"
) -> JournalDraft:
    """What the account held (negative: owed) when these books began."""
    entries = shared([(book, amount_minor)], role, "opening_balances")
    return JournalDraft("opening_balance", day, ADOPTION, str(row_id), entries)


def adopted_award_paid(book: Book, row_id: UUID, day: date, amount_minor: int) -> JournalDraft:
    """Part of a grant that was promised before these books began, as the bank shows it."""
    entry = book.entry("grants", "bank", amount_minor)
    return JournalDraft("adopted_award_paid", day, ADOPTION, str(row_id), (entry,))
