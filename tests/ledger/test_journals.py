"""What each fact looks like in the books, whatever its amount."""

import inspect
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund.errors import Refused
from fund.ids import new_id
from fund.ledger import journals
from fund.ledger.choices import KIND_NAMES, ROLE_NAMES
from fund.ledger.journals import Entry, JournalDraft
from fund.ledger.models import ROLES
from tests.ledger.facts import FACTS, REVERSALS, Places, as_booked, cash, change

DAY = date(2026, 1, 1)
PLACES = Places.imagined()

amounts = st.integers(min_value=2, max_value=10**12)
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 1, 1))
facts = st.sampled_from(FACTS)


def refund() -> JournalDraft:
    return journals.refund(PLACES.mine, "txn_1", DAY, 100, charge_txn_id="txn_0")


def test_no_builder_is_missing_here():
    builders = {
        name
        for name, thing in inspect.getmembers(journals, inspect.isfunction)
        if inspect.signature(thing).return_annotation is JournalDraft
    }
    assert builders == {fact.builder for fact in FACTS} | REVERSALS
    assert len(builders) >= 28


@given(facts, amounts, days)
def test_each_fact_moves_what_the_table_of_postings_says(fact, amount, day):
    draft = fact.build(PLACES, new_id(), day, amount)
    lines = " ".join(f"{entry.debit.role}/{entry.credit.role}" for entry in draft.entries)
    assert lines == fact.lines
    assert draft.effective_on == day
    assert draft.may_move == fact.is_reported


@given(facts, amounts)
def test_each_fact_is_balanced_inside_every_fund_and_currency(fact, amount):
    sides: Counter[tuple[object, str, str]] = Counter()
    for entry in fact.build(PLACES, new_id(), DAY, amount).entries:
        assert entry.amount_minor > 0
        sides[entry.debit.fund_id, entry.debit.currency, "debit"] += entry.amount_minor
        sides[entry.credit.fund_id, entry.credit.currency, "credit"] += entry.amount_minor
    for fund_id, currency, _ in list(sides):
        assert sides[fund_id, currency, "debit"] == sides[fund_id, currency, "credit"]


@given(facts, amounts)
def test_each_fact_changes_the_cash_of_each_fund_as_it_should(fact, amount):
    draft = fact.build(PLACES, new_id(), DAY, amount)
    books = (PLACES.mine, PLACES.other, PLACES.home)
    assert tuple(cash(draft, book) for book in books) == fact.cash(amount)


@given(facts, amounts, amounts)
def test_a_fact_has_one_key_whatever_its_amount(fact, amount, other):
    row = new_id()
    draft, again = (fact.build(PLACES, row, DAY, each) for each in (amount, other))
    assert (draft.source, draft.key) == (again.source, again.key)
    assert (draft == again) == (amount == other)
    another = fact.build(PLACES, new_id(), DAY, amount)
    assert another.key != draft.key


@given(facts, amounts, days)
def test_a_reversal_takes_back_every_line(fact, amount, day):
    booked = as_booked(fact.build(PLACES, new_id(), DAY, amount))
    back = journals.reversal(booked, day)
    assert [(e.debit, e.credit, e.amount_minor) for e in back.entries] == [
        (e.credit, e.debit, e.amount_minor) for e in booked.entries
    ]
    assert back.reverses_id == booked.id
    assert (back.source, back.concerns) == (booked.source, booked.concerns or booked.key)
    assert back.key != booked.key
    assert not back.may_move
    assert back == journals.reversal(booked, day)


def test_a_refund_that_failed_is_its_reversal_told_by_stripe():
    booked = as_booked(refund())
    back = journals.refund_failed(booked, "txn_9", DAY)
    assert change(back) == {"stripe_available": 100, "refunds": -100}
    assert (back.key, back.reverses_id, back.concerns) == ("txn_9", booked.id, "txn_0")
    assert back.may_move


@given(st.lists(facts, min_size=2, max_size=8), st.lists(amounts, min_size=8, max_size=8))
def test_no_two_facts_share_a_key(chosen, sizes):
    drafts = [f.build(PLACES, new_id(), DAY, a) for f, a in zip(chosen, sizes, strict=False)]
    drafts += [journals.reversal(as_booked(draft), DAY) for draft in drafts]
    assert len({(draft.source, draft.key) for draft in drafts}) == len(drafts)


@given(amounts, st.booleans())
def test_a_returned_payment_leaves_no_trace_in_any_balance(amount, was_confirmed):
    book, payment = PLACES.mine, new_id()
    drafts = [journals.payment_sent(book, payment, DAY, amount)]
    if was_confirmed:
        drafts.append(journals.payment_confirmed(book, payment, DAY, amount))
    drafts.append(
        journals.payment_returned(book, payment, DAY, amount, was_confirmed=was_confirmed)
    )
    assert added(drafts) == {}
    assert len({(draft.source, draft.key) for draft in drafts}) == len(drafts)


@given(amounts, st.integers(min_value=0, max_value=2000), st.booleans())
def test_a_dispute_that_is_won_leaves_the_fee_at_most(amount, fee, is_decided_twice):
    """Stripe may reinstate the money after a loss, too."""
    book, about = PLACES.mine, {"charge_txn_id": "txn_0"}
    drafts = [journals.dispute_opened(book, "txn_1", DAY, amount, fee, **about)]
    if is_decided_twice:
        drafts.append(journals.dispute_lost(book, "dp_1", DAY, amount, **about))
        drafts.append(journals.dispute_recovered(book, "dp_1", DAY, amount, **about))
    won = journals.dispute_won(book, "txn_2", DAY, amount, charge_txn_id="txn_0")
    left = {"processing_fees": fee, "stripe_available": -fee} if fee else {}
    assert added([*drafts, won]) == left
    with_fee = replace(won, entries=(*won.entries, *fee_back(book, fee)))
    assert added([*drafts, with_fee]) == {}


def fee_back(book, fee):
    return (book.entry("stripe_available", "processing_fees", fee),) if fee else ()


@given(amounts, st.booleans())
def test_a_payout_that_failed_is_back_at_stripe(amount, had_arrived):
    shares = [(PLACES.mine, amount), (PLACES.other, -1)]
    drafts = [journals.payout(shares, "txn_1", DAY)]
    if had_arrived:
        drafts.append(journals.payout_arrived(shares, "po_1", DAY))
    drafts.append(journals.payout_failed(shares, "txn_2", DAY, had_arrived=had_arrived))
    assert added(drafts) == {}


@given(amounts)
def test_a_top_up_only_moves_money(amount):
    for signed in (amount, -amount):
        drafts = [
            journals.top_up(PLACES.mine, "txn_1", DAY, signed),
            journals.top_up_paid(PLACES.mine, "tu_1", DAY, signed),
        ]
        assert added(drafts) == {"stripe_available": signed, "bank": -signed}


def added(drafts) -> dict[str, int]:
    total: Counter[str] = Counter()
    for draft in drafts:
        total.update(change(draft))
    return {role: amount for role, amount in total.items() if amount}


@given(st.lists(st.integers(min_value=-(10**9), max_value=10**9), min_size=1, max_size=4))
def test_a_payout_gives_each_fund_its_share_even_a_negative_one(parts):
    books = [Places.imagined().mine for _ in parts]
    shares = list(zip(books, parts, strict=True))
    if not any(parts):
        with pytest.raises(Refused, match="journal_empty"):
            journals.payout(shares, "txn_1", DAY)
        return
    draft = journals.payout(shares, "txn_1", DAY)
    assert change(draft)["payout_in_transit"] == sum(parts)
    for book, part in shares:
        theirs = [e for e in draft.entries if e.debit.fund_id == book.fund_id]
        assert part == sum(
            e.amount_minor if e.debit.role == "payout_in_transit" else -e.amount_minor
            for e in theirs
        )


# Below zero they mean the other direction.
SIGNED = {"payout", "payout_arrived", "payout_failed", "adjustment", "top_up", "top_up_paid"} | {
    "became_available",
    "opening_balance",
}


@given(facts, amounts)
def test_an_amount_below_nothing_is_no_fact(fact, amount):
    if fact.builder in SIGNED:
        draft = fact.build(PLACES, new_id(), DAY, -amount)
        assert all(entry.amount_minor > 0 for entry in draft.entries)
        return
    with pytest.raises(Refused) as refusal:
        fact.build(PLACES, new_id(), DAY, -amount - 7)
    assert refusal.value.code == "amount_negative"


@pytest.mark.parametrize(("amount", "code"), [(0, "amount_zero"), (-1, "amount_negative")])
def test_nothing_and_less_than_nothing_cannot_be_booked(amount, code):
    with pytest.raises(Refused) as refusal:
        PLACES.mine.entry("bank", "contributions", amount)
    assert refusal.value.code == code


def test_a_transfer_stays_in_one_fund_and_one_currency():
    mine, other = PLACES.mine, PLACES.other
    with pytest.raises(Refused, match="wrong_fund_or_currency"):
        Entry(mine.account("bank"), other.account("contributions"), 100)
    with pytest.raises(Refused, match="wrong_fund_or_currency"):
        Entry(mine.account("bank"), PLACES.home.account("contributions"), 100)
    with pytest.raises(Refused, match="same_account"):
        mine.entry("bank", "bank", 100)


def test_what_goes_between_books_goes_between_the_right_ones():
    row, mine, other, home = new_id(), PLACES.mine, PLACES.other, PLACES.home
    for builder, books, code in (
        (journals.transfer_between_funds, (mine, mine), "same_fund"),
        (journals.transfer_between_funds, (other, home), "not_one_bank"),
        (journals.transfer_between_funds, (mine, home), "same_fund"),
    ):
        with pytest.raises(Refused, match=code):
            builder(*books, row, DAY, 100)
    with pytest.raises(Refused, match="not_one_fund"):
        journals.exchange(other, home, row, DAY, 100, 2000)
    with pytest.raises(Refused, match="same_bank"):
        journals.exchange(mine, mine, row, DAY, 100, 100)
    lines = [mine.entry("bank", "interest", 1), other.entry("bank", "interest", 1)]
    with pytest.raises(Refused, match="not_one_fund"):
        journals.manual(lines, row, DAY)


def test_every_kind_and_role_has_a_name():
    drafts = [fact.build(PLACES, new_id(), DAY, 100) for fact in FACTS]
    booked = as_booked(refund())
    drafts += [journals.refund_failed(booked, "txn_9", DAY), journals.reversal(booked, DAY)]
    assert {draft.kind for draft in drafts} == set(KIND_NAMES)
    assert set(ROLES) == set(ROLE_NAMES)
