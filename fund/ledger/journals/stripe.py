"""What Stripe reports of an office's account. Keys are the ids of its balance transactions.

What takes a gift back, or gives it back again, names the gift's charge: `charge_txn_id` is the
balance transaction of it, and becomes the journal's `concerns`.
"""

from collections.abc import Sequence
from datetime import date

from fund.ledger.journals.book import Book, JournalDraft, reported, shared
from fund.ledger.journals.corrections import Booked, reversal

# --- Gifts ------------------------------------------------------------------------------------


def charge(book: Book, txn_id: str, day: date, gross_minor: int, fee_minor: int) -> JournalDraft:
    """A gift by card or wallet, whole, and what the processing cost (taxes on it included)."""
    entries = [book.entry("stripe_pending", "contributions", gross_minor)]
    if fee_minor:
        entries.append(book.entry("processing_fees", "stripe_pending", fee_minor))
    return reported("charge", day, book.stripe, txn_id, *entries)


def became_available(book: Book, txn_id: str, day: date, net_minor: int) -> JournalDraft:
    """The net of a charge can be paid out from `day` (`available_on`); below zero where the fee
    was more than the gift."""
    entries = shared([(book, net_minor)], "stripe_available", "stripe_pending")
    return reported("available", day, book.stripe, f"{txn_id}:available", *entries)


def refund(
    book: Book, txn_id: str, day: date, amount_minor: int, *, charge_txn_id: str
) -> JournalDraft:
    """Money given back to a donor."""
    entry = book.entry("refunds", "stripe_available", amount_minor)
    return reported("refund", day, book.stripe, txn_id, entry, concerns=charge_txn_id)


def refund_failed(refund: Booked, txn_id: str, day: date) -> JournalDraft:
    """The donor's bank did not take the refund, and all of it is back at Stripe."""
    return reversal(refund, day, kind="refund_failed", key=txn_id, may_move=True)


def refund_returned(
    book: Book, txn_id: str, day: date, amount_minor: int, *, charge_txn_id: str
) -> JournalDraft:
    """The same where it is no plain reversal: at another rate than the refund's, or to *Where
    needed most* because the fund that gave it was closed meanwhile."""
    entry = book.entry("stripe_available", "refunds", amount_minor)
    return reported("refund_failed", day, book.stripe, txn_id, entry, concerns=charge_txn_id)


# --- Disputes ---------------------------------------------------------------------------------


def dispute_opened(
    book: Book, txn_id: str, day: date, amount_minor: int, fee_minor: int, *, charge_txn_id: str
) -> JournalDraft:
    """The donor's bank took a gift back until the dispute is decided; Stripe's fee for it."""
    entries = [book.entry("dispute_receivable", "stripe_available", amount_minor)]
    if fee_minor:
        entries.append(book.entry("processing_fees", "stripe_available", fee_minor))
    return reported("dispute_opened", day, book.stripe, txn_id, *entries, concerns=charge_txn_id)


def dispute_won(
    book: Book, txn_id: str, day: date, amount_minor: int, fee_minor: int = 0, *, charge_txn_id: str
) -> JournalDraft:
    """Stripe reinstated what was taken, and the fee where it returns it."""
    entries = [book.entry("stripe_available", "dispute_receivable", amount_minor)]
    if fee_minor:
        entries.append(book.entry("stripe_available", "processing_fees", fee_minor))
    return reported("dispute_won", day, book.stripe, txn_id, *entries, concerns=charge_txn_id)


def dispute_lost(
    book: Book, dispute_id: str, day: date, amount_minor: int, *, charge_txn_id: str
) -> JournalDraft:
    """The dispute is decided against us: what was taken stays away. Stripe moves nothing more."""
    entry = book.entry("dispute_losses", "dispute_receivable", amount_minor)
    return reported(
        "dispute_lost", day, book.stripe, f"{dispute_id}:lost", entry, concerns=charge_txn_id
    )


def dispute_recovered(
    book: Book, dispute_id: str, day: date, amount_minor: int, *, charge_txn_id: str
) -> JournalDraft:
    """It was won after it had been lost, so it is a loss no more. What Stripe reinstated is booked
    as always: whether the loss or the money is heard of first, the books are the same."""
    entry = book.entry("dispute_receivable", "dispute_losses", amount_minor)
    return reported(
        "dispute_won", day, book.stripe, f"{dispute_id}:recovered", entry, concerns=charge_txn_id
    )


# --- What belongs to no gift: `book` is that of *Where needed most* ---------------------------


def stripe_fee(book: Book, txn_id: str, day: date, amount_minor: int) -> JournalDraft:
    """A fee of no gift."""
    entry = book.entry("processing_fees", "stripe_available", amount_minor)
    return reported("stripe_fee", day, book.stripe, txn_id, entry)


def adjustment(book: Book, txn_id: str, day: date, amount_minor: int) -> JournalDraft:
    """Stripe took (below zero) or gave back something that is part of no gift's story."""
    entries = shared([(book, amount_minor)], "stripe_available", "processing_fees")
    return reported("adjustment", day, book.stripe, txn_id, *entries)


def top_up(book: Book, txn_id: str, day: date, amount_minor: int) -> JournalDraft:
    """Money from the office's bank raised its Stripe balance; below zero: it went back."""
    entries = shared([(book, amount_minor)], "stripe_available", "payout_in_transit")
    return reported("top_up", day, book.stripe, txn_id, *entries)


def top_up_paid(book: Book, top_up_id: str, day: date, amount_minor: int) -> JournalDraft:
    """The bank shows what a top-up took; below zero: what of it came back."""
    entries = shared([(book, amount_minor)], "payout_in_transit", "bank")
    return reported("top_up_paid", day, book.stripe, f"{top_up_id}:paid", *entries)


# --- Payouts: each fund has its share, which may be negative. All books of one office ---------


def payout(shares: Sequence[tuple[Book, int]], txn_id: str, day: date) -> JournalDraft:
    """A payout leaves Stripe."""
    entries = shared(shares, "payout_in_transit", "stripe_available")
    return reported("payout", day, shares[0][0].stripe, txn_id, *entries)


def payout_arrived(shares: Sequence[tuple[Book, int]], payout_id: str, day: date) -> JournalDraft:
    """The bank shows the payout; the shares are those with which it left."""
    entries = shared(shares, "bank", "payout_in_transit")
    return reported("payout_arrived", day, shares[0][0].stripe, f"{payout_id}:arrived", *entries)


def payout_failed(
    shares: Sequence[tuple[Book, int]], txn_id: str, day: date, *, had_arrived: bool
) -> JournalDraft:
    """The payout is back at Stripe, before or after the bank had shown it."""
    entries = shared(shares, "stripe_available", "bank" if had_arrived else "payout_in_transit")
    return reported("payout_failed", day, shares[0][0].stripe, txn_id, *entries)
