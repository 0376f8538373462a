"""What each fact looks like in the books, whatever its amount."""

from collections import Counter
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund.errors import Refused
from fund.ids import new_id
from fund.ledger import journals
from fund.ledger.choices import KIND_NAMES, ROLE_NAMES
from fund.ledger.journals import Book, BookAccount, Entry, JournalDraft
from fund.ledger.models import CASH_ROLES, ROLES

amounts = st.integers(min_value=1, max_value=10**12)
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 1, 1))


def make_book(currency: str = "NZD") -> Book:
    fund_id = new_id()
    accounts = {role: BookAccount(new_id(), role, fund_id, currency) for role in ROLES}
    return Book(fund_id, "nz", currency, accounts)


def change(draft: JournalDraft) -> Counter[str]:
    """Role -> by how much its account's debits exceed its credits."""
    net: Counter[str] = Counter()
    for entry in draft.entries:
        net[entry.debit.role] += entry.amount_minor
        net[entry.credit.role] -= entry.amount_minor
    return Counter({role: amount for role, amount in net.items() if amount})


def cash(draft: JournalDraft) -> int:
    return sum(amount for role, amount in change(draft).items() if role in CASH_ROLES)


@given(amounts, st.integers(min_value=0, max_value=10**6), days)
def test_a_charge_is_booked_gross_with_its_fee_beside_it(gross, fee, day):
    draft = journals.charge(make_book(), "txn_1", day, gross, fee)
    assert change(draft)["contributions"] == -gross
    assert change(draft)["processing_fees"] == fee
    assert cash(draft) == gross - fee
    assert draft.effective_on == day


@given(amounts)
def test_moving_money_inside_the_fund_leaves_its_cash_alone(amount):
    book, day = make_book(), date(2026, 1, 1)
    for draft in (
        journals.became_available(book, "txn_1", day, amount),
        journals.payout([(book, amount)], "txn_2", day),
        journals.payout_arrived([(book, amount)], "po_1", day),
        journals.payment_confirmed(book, new_id(), day, amount),
    ):
        assert cash(draft) == 0
        assert sum(change(draft).values()) == 0


@given(amounts)
def test_what_the_fund_no_longer_has_lowers_its_cash_by_that_amount(amount):
    book, day = make_book(), date(2026, 1, 1)
    for draft in (
        journals.refund(book, "txn_1", day, amount, charge_txn_id="txn_0"),
        journals.stripe_fee(book, "txn_2", day, amount),
        journals.payment_sent(book, new_id(), day, amount),
    ):
        assert cash(draft) == -amount


@given(amounts, st.booleans())
def test_a_returned_payment_leaves_no_trace_in_any_balance(amount, was_confirmed):
    book, payment, day = make_book(), new_id(), date(2026, 1, 1)
    drafts = [journals.payment_sent(book, payment, day, amount)]
    if was_confirmed:
        drafts.append(journals.payment_confirmed(book, payment, day, amount))
    drafts.append(
        journals.payment_returned(book, payment, day, amount, was_confirmed=was_confirmed)
    )
    total: Counter[str] = Counter()
    for draft in drafts:
        total.update(change(draft))
    assert not any(total.values())
    assert len({(draft.source, draft.key) for draft in drafts}) == len(drafts)


@given(st.lists(st.integers(min_value=-(10**9), max_value=10**9), min_size=1, max_size=4))
def test_a_payout_gives_each_fund_its_share_even_a_negative_one(shares):
    books = [make_book() for _ in shares]
    if not any(shares):
        with pytest.raises(Refused):
            journals.payout(list(zip(books, shares, strict=True)), "txn_1", date(2026, 1, 1))
        return
    draft = journals.payout(list(zip(books, shares, strict=True)), "txn_1", date(2026, 1, 1))
    assert change(draft)["payout_in_transit"] == sum(shares)
    for book, share in zip(books, shares, strict=True):
        theirs = [e for e in draft.entries if e.debit.fund_id == book.fund_id]
        assert (
            sum(
                e.amount_minor if e.debit.role == "payout_in_transit" else -e.amount_minor
                for e in theirs
            )
            == share
        )


@given(st.integers(min_value=-(10**12), max_value=10**12).filter(bool))
def test_an_opening_balance_may_be_owed(amount):
    draft = journals.opening_balance(make_book(), new_id(), date(2026, 1, 1), amount)
    assert change(draft) == {"bank": amount, "opening_balances": -amount}


@pytest.mark.parametrize(("amount", "code"), [(0, "amount_zero"), (-1, "amount_negative")])
def test_nothing_and_less_than_nothing_cannot_be_booked(amount, code):
    with pytest.raises(Refused) as refusal:
        journals.gift_to_bank(make_book(), new_id(), date(2026, 1, 1), amount)
    assert refusal.value.code == code


def test_a_transfer_stays_in_one_fund_and_one_currency():
    book, other = make_book(), make_book()
    with pytest.raises(Refused, match="wrong_fund_or_currency"):
        Entry(book.account("bank"), other.account("contributions"), 100)
    with pytest.raises(Refused, match="same_account"):
        book.entry("bank", "bank", 100)


def test_every_kind_and_role_has_a_name():
    book, day, row = make_book(), date(2026, 1, 1), UUID(int=0)
    drafts = [
        journals.charge(book, "txn_1", day, 100, 4),
        journals.became_available(book, "txn_1", day, 96),
        journals.refund(book, "txn_2", day, 100, charge_txn_id="txn_1"),
        journals.stripe_fee(book, "txn_3", day, 5),
        journals.payout([(book, 96)], "txn_4", day),
        journals.payout_arrived([(book, 96)], "po_1", day),
        journals.gift_to_bank(book, row, day, 100),
        journals.payment_sent(book, row, day, 100),
        journals.payment_confirmed(book, row, day, 100),
        journals.payment_returned(book, row, day, 100, was_confirmed=True),
        journals.opening_balance(book, row, day, 100),
    ]
    assert {draft.kind for draft in drafts} <= set(KIND_NAMES)
    assert set(ROLES) == set(ROLE_NAMES)
    assert len({(draft.source, draft.key) for draft in drafts}) == len(drafts)
