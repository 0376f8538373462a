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
