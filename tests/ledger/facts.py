"""Every fact that the books know, with what DESIGN says of it: its lines and its cash.

Written apart from the builders, by hand, like the table of postings itself.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from fund.ids import new_id
from fund.ledger import journals
from fund.ledger.journals import Book, BookAccount, Booked, JournalDraft
from fund.ledger.models import CASH_ROLES, ROLES
from tests.ledger.factories import make_fund, make_office


@dataclass(frozen=True)
class Places:
    """A fund abroad, another fund beside it, and the first one at home."""

    mine: Book
    other: Book
    home: Book

    @classmethod
    def imagined(cls) -> "Places":
        general, education = new_id(), new_id()
        return cls(
            _book(general, "nz", "NZD"), _book(education, "nz", "NZD"), _book(general, "th", "THB")
        )

    @classmethod
    def opened(cls, session: Session) -> "Places":
        abroad, home = make_office(session, "nz"), make_office(session, "th")
        general, education = make_fund(session), make_fund(session, "education")
        return cls(
            Book.load(session, general.id, abroad.id, "NZD"),
            Book.load(session, education.id, abroad.id, "NZD"),
            Book.load(session, general.id, home.id, "THB"),
        )


def _book(fund_id: UUID, office: str, currency: str) -> Book:
    accounts = {role: BookAccount(new_id(), role, fund_id, currency) for role in ROLES}
    return Book(fund_id, office, currency, accounts)


def as_booked(draft: JournalDraft) -> Booked:
    """As it would stand in the books."""
    return Booked(new_id(), draft.kind, draft.source, draft.key, draft.concerns, draft.entries)


def change(draft: JournalDraft) -> Counter[str]:
    """Role -> by how much its account's debits exceed its credits."""
    net: Counter[str] = Counter()
    for entry in draft.entries:
        net[entry.debit.role] += entry.amount_minor
        net[entry.credit.role] -= entry.amount_minor
    return Counter({role: amount for role, amount in net.items() if amount})


def cash(draft: JournalDraft, book: Book) -> int:
    """By how much the cash of this fund in this currency rises."""
    return sum(
        side * entry.amount_minor
        for entry in draft.entries
        for side, account in ((1, entry.debit), (-1, entry.credit))
        if account.role in CASH_ROLES
        and (account.fund_id, account.currency) == (book.fund_id, book.currency)
    )


@dataclass(frozen=True)
class Fact:
    """`lines`: debit/credit, in order. `cash`: what `amount` does to that of mine, other, home."""

    builder: str
    lines: str
    cash: Callable[[int], tuple[int, ...]]
    build: Callable[[Places, UUID, date, int], JournalDraft]
    is_reported: bool = True
    says: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.builder} {self.says}".strip()


def _same(_: int) -> tuple[int, ...]:
    return (0, 0, 0)


def _in(amount: int) -> tuple[int, ...]:
    return (amount, 0, 0)


def _out(amount: int) -> tuple[int, ...]:
    return (-amount, 0, 0)


def _txn(row: UUID) -> str:
    return f"txn_{row.hex}"


FACTS = (
    Fact(
        "charge",
        "stripe_pending/contributions processing_fees/stripe_pending",
        _in,
        lambda p, i, d, a: journals.charge(p.mine, _txn(i), d, a + 7, 7),
    ),
    Fact(
        "charge",
        "stripe_pending/contributions",
        _in,
        lambda p, i, d, a: journals.charge(p.mine, _txn(i), d, a, 0),
        says="without a fee",
    ),
    Fact(
        "became_available",
        "stripe_available/stripe_pending",
        _same,
        lambda p, i, d, a: journals.became_available(p.mine, _txn(i), d, a),
    ),
    Fact(
        "payout",
        "payout_in_transit/stripe_available stripe_available/payout_in_transit",
        _same,
        lambda p, i, d, a: journals.payout([(p.mine, a), (p.other, -1)], _txn(i), d),
    ),
    Fact(
        "payout_arrived",
        "bank/payout_in_transit payout_in_transit/bank",
        _same,
        lambda p, i, d, a: journals.payout_arrived([(p.mine, a), (p.other, -1)], _txn(i), d),
    ),
    Fact(
        "payout_failed",
        "stripe_available/payout_in_transit payout_in_transit/stripe_available",
        _same,
        lambda p, i, d, a: journals.payout_failed(
            [(p.mine, a), (p.other, -1)], _txn(i), d, had_arrived=False
        ),
        says="before arrival",
    ),
    Fact(
        "payout_failed",
        "stripe_available/bank bank/stripe_available",
        _same,
        lambda p, i, d, a: journals.payout_failed(
            [(p.mine, a), (p.other, -1)], _txn(i), d, had_arrived=True
        ),
        says="after arrival",
    ),
    Fact(
        "refund",
        "refunds/stripe_available",
        _out,
        lambda p, i, d, a: journals.refund(p.mine, _txn(i), d, a, charge_txn_id="txn_0"),
    ),
    Fact(
        "refund_returned",
        "stripe_available/refunds",
        _in,
        lambda p, i, d, a: journals.refund_returned(p.mine, _txn(i), d, a, charge_txn_id="txn_0"),
    ),
    Fact(
        "dispute_opened",
        "dispute_receivable/stripe_available processing_fees/stripe_available",
        lambda a: (-a - 15, 0, 0),
        lambda p, i, d, a: journals.dispute_opened(
            p.mine, _txn(i), d, a, 15, charge_txn_id="txn_0"
        ),
    ),
    Fact(
        "dispute_won",
        "stripe_available/dispute_receivable stripe_available/processing_fees",
        lambda a: (a + 15, 0, 0),
        lambda p, i, d, a: journals.dispute_won(p.mine, _txn(i), d, a, 15, charge_txn_id="txn_0"),
    ),
    Fact(
        "dispute_recovered",
        "dispute_receivable/dispute_losses",
        _same,
        lambda p, i, d, a: journals.dispute_recovered(p.mine, _txn(i), d, a, charge_txn_id="txn_0"),
        says="after it was lost",
    ),
    Fact(
        "dispute_lost",
        "dispute_losses/dispute_receivable",
        _same,
        lambda p, i, d, a: journals.dispute_lost(p.mine, _txn(i), d, a, charge_txn_id="txn_0"),
    ),
    Fact(
        "stripe_fee",
        "processing_fees/stripe_available",
        _out,
        lambda p, i, d, a: journals.stripe_fee(p.mine, _txn(i), d, a),
    ),
    Fact(
        "adjustment",
        "stripe_available/processing_fees",
        _in,
        lambda p, i, d, a: journals.adjustment(p.mine, _txn(i), d, a),
        says="in our favour",
    ),
    Fact(
        "adjustment",
        "processing_fees/stripe_available",
        _out,
        lambda p, i, d, a: journals.adjustment(p.mine, _txn(i), d, -a),
        says="against us",
    ),
    Fact(
        "top_up",
        "stripe_available/payout_in_transit",
        _same,
        lambda p, i, d, a: journals.top_up(p.mine, _txn(i), d, a),
    ),
    Fact(
        "top_up_paid",
        "payout_in_transit/bank",
        _same,
        lambda p, i, d, a: journals.top_up_paid(p.mine, _txn(i), d, a),
    ),
    Fact(
        "gift_to_bank",
        "bank/contributions",
        _in,
        lambda p, i, d, a: journals.gift_to_bank(p.mine, i, d, a),
    ),
    Fact(
        "payment_sent",
        "grants/disbursement_in_transit",
        _out,
        lambda p, i, d, a: journals.payment_sent(p.mine, i, d, a),
        is_reported=False,
    ),
    Fact(
        "payment_confirmed",
        "disbursement_in_transit/bank",
        _same,
        lambda p, i, d, a: journals.payment_confirmed(p.mine, i, d, a),
    ),
    Fact(
        "payment_returned",
        "disbursement_in_transit/grants",
        _in,
        lambda p, i, d, a: journals.payment_returned(p.mine, i, d, a, was_confirmed=False),
        says="before the bank confirmed it",
    ),
    Fact(
        "payment_returned",
        "bank/grants",
        _in,
        lambda p, i, d, a: journals.payment_returned(p.mine, i, d, a, was_confirmed=True),
        says="after the bank confirmed it",
    ),
    Fact(
        "opening_balance",
        "bank/opening_balances",
        _in,
        lambda p, i, d, a: journals.opening_balance(p.mine, i, d, a),
        is_reported=False,
    ),
    Fact(
        "opening_balance",
        "opening_balances/tax_payable",
        _same,
        lambda p, i, d, a: journals.opening_balance(p.mine, i, d, -a, role="tax_payable"),
        is_reported=False,
        says="of what is owed",
    ),
    Fact(
        "adopted_award_paid",
        "grants/bank",
        _out,
        lambda p, i, d, a: journals.adopted_award_paid(p.mine, i, d, a),
        is_reported=False,
    ),
    Fact(
        "transfer_between_funds",
        "transfers_out/bank bank/transfers_in",
        lambda a: (-a, a, 0),
        lambda p, i, d, a: journals.transfer_between_funds(p.mine, p.other, i, d, a),
        is_reported=False,
    ),
    Fact(
        "exchange",
        "fx_position/bank bank/fx_position",
        lambda a: (-a, 0, 20 * a),
        lambda p, i, d, a: journals.exchange(p.mine, p.home, i, d, a, 20 * a),
        is_reported=False,
    ),
    Fact(
        "bank_charge",
        "bank_charges/bank",
        _out,
        lambda p, i, d, a: journals.bank_charge(p.mine, i, d, a),
    ),
    Fact(
        "interest",
        "bank/interest",
        _in,
        lambda p, i, d, a: journals.interest(p.mine, i, d, a),
    ),
    Fact(
        "tax_withheld",
        "grants/tax_payable",
        _same,
        lambda p, i, d, a: journals.tax_withheld(p.mine, i, d, a),
        is_reported=False,
    ),
    Fact(
        "tax_on_fees",
        "processing_fees/tax_payable",
        _same,
        lambda p, i, d, a: journals.tax_on_fees(p.mine, i, d, a),
        is_reported=False,
    ),
    Fact(
        "tax_remitted",
        "tax_payable/bank",
        _out,
        lambda p, i, d, a: journals.tax_remitted(p.mine, i, d, a),
        is_reported=False,
    ),
    Fact(
        "manual",
        "bank_charges/bank bank/fx_position",
        lambda a: (-a, 0, 3),
        lambda p, i, d, a: journals.manual(
            [p.mine.entry("bank_charges", "bank", a), p.home.entry("bank", "fx_position", 3)], i, d
        ),
        is_reported=False,
    ),
)

# Builders that take a whole journal back; they begin with one that is booked.
REVERSALS = frozenset({"refund_failed", "reversal"})
