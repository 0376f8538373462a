"""What each kind of line is in the books, by Stripe's reporting category.

The categories are those of Stripe's page "Reporting categories"; the list is open, and one that is
not in the table below waits for finance. A rule reads our row alone, so that a line which waits can
be judged again whenever something new is known. Fund and gift of what is not a charge come from its
charge's own line, wherever that was booked.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from fund.ledger import journals
from fund.ledger.journals import Booked, JournalDraft
from fund.settlement.models import BalanceTransaction
from fund.settlement.operations.shares import payout_shares, returned_shares
from fund.settlement.operations.verdicts import MEMO, UNKNOWN, Verdict, booked, waits

if TYPE_CHECKING:
    from fund.settlement.operations.books import Books

# How long a charge waits for the gift that it paid, before it is money of no known gift.
GIFT_WAIT = timedelta(minutes=10)


def classify(books: "Books", line: BalanceTransaction) -> Verdict:
    """What the line is in the books."""
    rule = RULES.get(line.category)
    return rule(books, line) if rule else UNKNOWN


def _charge(books: "Books", line: BalanceTransaction) -> Verdict:
    if line.amount_minor <= 0:
        return UNKNOWN
    if line.gift_id is None:
        if books.now - line.seen_at < GIFT_WAIT:
            return waits("gift_unknown")
        line.fund_id = books.general_id
    draft = journals.charge(
        books.of_line(line), line.id, line.happened_on, line.amount_minor, line.fee_minor
    )
    return booked(draft)


def _refund(books: "Books", line: BalanceTransaction) -> Verdict:
    charge = _follow_charge(books, line)
    if charge is None:
        return waits("charge_unknown")
    if line.amount_minor >= 0:
        return UNKNOWN
    draft = journals.refund(
        books.of_line(line), line.id, line.happened_on, -line.amount_minor, charge_txn_id=charge
    )
    return booked(draft, *_fee(books, line))


def _refund_failed(books: "Books", line: BalanceTransaction) -> Verdict:
    refund = books.find_line("refund", line.source_id)
    charge = _follow_charge(books, line)
    if charge is None or refund is None or not _stands(books, refund):
        return waits("refund_unknown")
    if line.amount_minor <= 0:
        return UNKNOWN
    journal_id = books.find_journal_id(refund.id)
    book, day = books.of_fund(books.open_fund(refund.fund_id), line.currency), line.happened_on
    is_exact = line.amount_minor == -refund.amount_minor and book.fund_id == refund.fund_id
    if is_exact and journal_id is not None:
        draft = journals.refund_failed(Booked.load(books.session, journal_id), line.id, day)
    else:
        draft = journals.refund_returned(
            book, line.id, day, line.amount_minor, charge_txn_id=charge
        )
    return booked(draft, *_fee(books, line))


def _dispute(books: "Books", line: BalanceTransaction) -> Verdict:
    charge = _follow_charge(books, line)
    if charge is None:
        return waits("charge_unknown")
    if line.amount_minor > 0 or line.fee_minor < 0:
        return UNKNOWN
    if line.amount_minor == 0:  # a fee for answering it
        return booked(*_fee(books, line, key=line.id))
    draft = journals.dispute_opened(
        books.of_line(line),
        line.id,
        line.happened_on,
        -line.amount_minor,
        line.fee_minor,
        charge_txn_id=charge,
    )
    return booked(draft)


def _dispute_reversal(books: "Books", line: BalanceTransaction) -> Verdict:
    withdrawn = books.find_line("dispute", line.source_id)
    charge = _follow_charge(books, line)
    if charge is None or withdrawn is None or withdrawn.state != "posted":
        return waits("dispute_unknown")
    if line.amount_minor <= 0:
        return UNKNOWN
    draft = journals.dispute_won(
        books.of_fund(books.open_fund(withdrawn.fund_id), line.currency),
        line.id,
        line.happened_on,
        line.amount_minor,
        max(-line.fee_minor, 0),
        charge_txn_id=charge,
    )
    return booked(draft, *(_fee(books, line) if line.fee_minor > 0 else ()))


def _cost(books: "Books", line: BalanceTransaction) -> Verdict:
    """A fee of no gift, or one given back."""
    line.fund_id = books.general_id
    book = books.of_line(line)
    if line.amount_minor == 0:
        return booked(*_fee(books, line, key=line.id)) if line.fee_minor else MEMO
    draft = (
        journals.stripe_fee(book, line.id, line.happened_on, -line.amount_minor)
        if line.amount_minor < 0
        else journals.adjustment(book, line.id, line.happened_on, line.amount_minor)
    )
    return booked(draft, *_fee(books, line))


def _adjustment(books: "Books", line: BalanceTransaction) -> Verdict:
    if line.amount_minor == 0:
        return _cost(books, line)
    line.fund_id = books.general_id
    draft = journals.adjustment(books.of_line(line), line.id, line.happened_on, line.amount_minor)
    return booked(draft, *_fee(books, line))


def _top_up(books: "Books", line: BalanceTransaction) -> Verdict:
    if line.amount_minor == 0:
        return UNKNOWN
    line.fund_id = books.general_id
    draft = journals.top_up(books.of_line(line), line.id, line.happened_on, line.amount_minor)
    return booked(draft, *_fee(books, line))


def _payout(books: "Books", line: BalanceTransaction) -> Verdict:
    if line.amount_minor >= 0 or line.is_automatic is None:
        return UNKNOWN
    shares = payout_shares(books, line)
    if shares is None:
        return waits("payout_open")
    return booked(journals.payout(shares, line.id, line.happened_on), *_fee(books, line))


def _payout_reversal(books: "Books", line: BalanceTransaction) -> Verdict:
    payout = books.find_line("payout", line.source_id)
    if payout is None or not _stands(books, payout):
        return waits("payout_unknown")
    if line.amount_minor != -payout.amount_minor:
        return UNKNOWN
    draft = journals.payout_failed(
        returned_shares(books, payout),
        line.id,
        line.happened_on,
        had_arrived=payout.arrived_on is not None,
    )
    return booked(draft, *_fee(books, line))


def _memo(_books: "Books", line: BalanceTransaction) -> Verdict:
    """What a payout leaves behind and the next one takes along: it never leaves the balance."""
    return UNKNOWN if line.fee_minor else MEMO


Rule = Callable[["Books", BalanceTransaction], Verdict]
RULES: dict[str, Rule] = {
    "charge": _charge,
    "refund": _refund,
    "refund_failure": _refund_failed,
    "dispute": _dispute,
    "dispute_reversal": _dispute_reversal,
    "fee": _cost,
    "tax": _cost,
    "network_cost": _cost,
    "other_adjustment": _adjustment,
    "topup": _top_up,
    "topup_reversal": _top_up,
    "payout": _payout,
    "payout_reversal": _payout_reversal,
    "payout_minimum_balance_hold": _memo,
    "payout_minimum_balance_release": _memo,
}


def _stands(books: "Books", line: BalanceTransaction) -> bool:
    """Whether the line's journals are in the ledger already."""
    return line.state == "posted" and not books.is_unposted(line)


def _follow_charge(books: "Books", line: BalanceTransaction) -> str | None:
    """Take gift and fund of the line's charge; the id of that one's line, once it is booked."""
    charge = books.find_line("charge", line.charge_id) if line.charge_id else None
    if charge is None or charge.state != "posted":
        return None
    line.gift_id, line.fund_id = charge.gift_id, books.open_fund(charge.fund_id)
    return charge.id


def _fee(
    books: "Books", line: BalanceTransaction, key: str | None = None
) -> tuple[JournalDraft, ...]:
    """What Stripe kept, or gave back, beside the line's own amount: a journal of its own."""
    key, book = key or f"{line.id}:fee", books.of_line(line)
    if line.fee_minor > 0:
        return (journals.stripe_fee(book, key, line.happened_on, line.fee_minor),)
    if line.fee_minor < 0:
        return (journals.adjustment(book, key, line.happened_on, -line.fee_minor),)
    return ()
