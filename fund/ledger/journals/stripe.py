"""What Stripe reports of an office's account. Keys are the ids of its balance transactions."""

from collections.abc import Sequence
from datetime import date

from fund.ledger.journals.book import Book, JournalDraft, shared


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
    entries = shared(shares, "payout_in_transit", "stripe_available")
    return JournalDraft("payout", day, shares[0][0].stripe, txn_id, entries)


def payout_arrived(shares: Sequence[tuple[Book, int]], payout_id: str, day: date) -> JournalDraft:
    """The bank shows the payout; the shares are those with which it left."""
    entries = shared(shares, "bank", "payout_in_transit")
    return JournalDraft("payout_arrived", day, shares[0][0].stripe, f"{payout_id}:arrived", entries)
