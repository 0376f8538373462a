"""A fund promises what it has, and no more."""

from datetime import date, timedelta

import pytest

from fund.audit import queries as audit
from fund.clock import bangkok_day
from fund.errors import Refused
from fund.ids import new_id
from fund.ledger import journals, operations, queries
from fund.ledger.journals import Book
from fund.ledger.models import RESERVE_DAYS, Commitment
from fund.money import Money
from fund.permissions import SYSTEM, Actor, Role
from tests.ledger.factories import give_cash, make_fund, make_office


@pytest.fixture
def fund(session):
    return make_fund(session)


def reserve(session, fund, amount_minor, now):
    return operations.reserve(
        session,
        fund_id=fund.id,
        award_id=new_id(),
        amount_minor=amount_minor,
        actor=SYSTEM,
        now=now,
    )


def position(session, fund, now):
    found = queries.available(session, fund.id, now=now)
    return found.cash.amount_minor, found.reserved.amount_minor, found.available.amount_minor


def test_an_award_holds_its_money(session, fund, now):
    give_cash(session, fund, 50_000)
    commitment_id = reserve(session, fund, 28_500, now)
    assert position(session, fund, now) == (50_000, 28_500, 21_500)
    award_id = session.get_one(Commitment, commitment_id).award_id
    [event] = audit.list_events(session, [("award", award_id)])
    assert (event.name, event.data["amount_minor"]) == ("funds_reserved", 28_500)


def test_an_award_that_the_fund_does_not_cover_is_refused_and_says_by_how_much(session, fund, now):
    give_cash(session, fund, 50_000)
    reserve(session, fund, 28_500, now)
    with pytest.raises(Refused, match="not_enough_available") as refusal:
        reserve(session, fund, 30_000, now)
    assert refusal.value.params == {"short": Money(8_500, "THB")}
    assert position(session, fund, now) == (50_000, 28_500, 21_500)
    reserve(session, fund, 21_500, now)


def test_one_funds_money_covers_no_other_fund(session, fund, now):
    give_cash(session, fund, 50_000)
    with pytest.raises(Refused, match="not_enough_available"):
        reserve(session, make_fund(session, "education"), 1, now)


def test_foreign_cash_covers_no_award(session, fund, now):
    book = Book.load(session, fund.id, make_office(session, "nz").id, "NZD")
    operations.post(
        session,
        [journals.gift_to_bank(book, new_id(), date(2026, 1, 5), 99_999)],
        actor=SYSTEM,
        now=now,
    )
    with pytest.raises(Refused, match="not_enough_available"):
        reserve(session, fund, 1, now)


def test_sending_a_payment_leaves_available_as_it_was(session, fund, now):
    give_cash(session, fund, 50_000)
    commitment_id = reserve(session, fund, 20_000, now)
    book = Book.load(session, fund.id, make_office(session, "th").id, "THB")
    payment, day = new_id(), bangkok_day(now)
    for _ in range(2):  # safe to repeat
        operations.liquidate(
            session, commitment_id, 8_000, cause=f"payment:{payment}", actor=SYSTEM, now=now
        )
        sent = journals.payment_sent(book, payment, day, 8_000)
        operations.post(session, [sent], actor=SYSTEM, now=now)
        assert position(session, fund, now) == (42_000, 12_000, 30_000)
    for _ in range(2):
        operations.reserve_again(
            session, commitment_id, 8_000, cause=f"return:{payment}", actor=SYSTEM, now=now
        )
        back = journals.payment_returned(book, payment, day, 8_000, was_confirmed=False)
        operations.post(session, [back], actor=SYSTEM, now=now)
        assert position(session, fund, now) == (50_000, 20_000, 30_000)
    for _ in range(2):
        operations.free(session, commitment_id, actor=SYSTEM, now=now)
        assert position(session, fund, now) == (50_000, 0, 50_000)


def test_no_more_leaves_or_returns_than_was_promised(session, fund, now):
    give_cash(session, fund, 50_000)
    commitment_id = reserve(session, fund, 20_000, now)

    def attempt(operation, amount_minor, cause):
        with session.begin_nested():
            operation(session, commitment_id, amount_minor, cause=cause, actor=SYSTEM, now=now)

    with pytest.raises(Refused, match="more_than_committed"):
        attempt(operations.liquidate, 20_001, "payment:1")
    with pytest.raises(Refused, match="more_than_committed"):
        attempt(operations.reserve_again, 1, "return:1")
    attempt(operations.liquidate, 5_000, "payment:1")
    with pytest.raises(Refused, match="commitment_cause_reused"):
        attempt(operations.liquidate, 5_001, "payment:1")
    with pytest.raises(Refused, match="more_than_committed"):
        attempt(operations.reserve_again, 5_001, "return:1")
    for operation in (operations.liquidate, operations.reserve_again):
        with pytest.raises(Refused, match="amount_not_positive"):
            attempt(operation, -1, "payment:2")


def test_an_award_reserves_once(session, fund, now):
    give_cash(session, fund, 50_000)
    values = {"fund_id": fund.id, "award_id": new_id(), "amount_minor": 100}
    operations.reserve(session, **values, actor=SYSTEM, now=now)
    with pytest.raises(Refused, match="already_reserved"):
        operations.reserve(session, **values, actor=SYSTEM, now=now)


@pytest.mark.parametrize("age", [0, RESERVE_DAYS - 1, RESERVE_DAYS, 400])
def test_young_charges_count_as_held_but_not_available(session, fund, now, age):
    office = make_office(session, "th", stripe_account_id="acct_th", methods=["card"])
    book = Book.load(session, fund.id, office.id, "THB")
    day = bangkok_day(now) - timedelta(days=age)
    operations.post(
        session, [journals.charge(book, "txn_1", day, 10_000, 300)], actor=SYSTEM, now=now
    )
    reserve_minor = 10_000 if age < RESERVE_DAYS else 0
    found = queries.available(session, fund.id, now=now)
    assert (found.cash.amount_minor, found.reserve.amount_minor) == (9_700, reserve_minor)
    assert found.available.amount_minor == 9_700 - reserve_minor


@pytest.mark.parametrize("age", [3, 100])
def test_a_refund_gives_no_other_gift_free(session, fund, now, age):
    """A refund of a young charge lowers the reserve; one of an old charge only the cash."""
    office = make_office(session, "th", stripe_account_id="acct_th", methods=["card"])
    book = Book.load(session, fund.id, office.id, "THB")
    today = bangkok_day(now)
    operations.post(
        session,
        [
            journals.charge(book, "txn_old", today - timedelta(days=age), 10_000, 0),
            journals.charge(book, "txn_new", today, 5_000, 0),
            journals.refund(book, "txn_re", today, 4_000, charge_txn_id="txn_old"),
        ],
        actor=SYSTEM,
        now=now,
    )
    found = queries.available(session, fund.id, now=now)
    assert found.cash.amount_minor == 11_000
    assert found.reserve.amount_minor == (11_000 if age < RESERVE_DAYS else 5_000)


def refunded(book, day):
    return [journals.refund(book, "txn_1", day, 2_000, charge_txn_id="txn_0")]


def disputed_and_lost(book, day):
    return [
        journals.dispute_opened(book, "txn_1", day, 1_500, 500, charge_txn_id="txn_0"),
        journals.dispute_lost(book, "dp_1", day, 1_500, charge_txn_id="txn_0"),
    ]


@pytest.mark.parametrize("happened", [refunded, disputed_and_lost])
def test_what_happened_is_booked_even_if_the_fund_falls_short(session, fund, now, happened):
    """The shortfall waits on finance, and awards stop until new gifts have made it good."""
    give_cash(session, fund, 10_000)
    reserve(session, fund, 10_000, now)
    book = Book.load(session, fund.id, make_office(session, "th").id, "THB")
    operations.post(session, happened(book, bangkok_day(now)), actor=SYSTEM, now=now)
    assert position(session, fund, now) == (8_000, 10_000, -2_000)
    finance = Actor("staff", new_id(), frozenset({Role.FINANCE_OFFICER}))
    [waiting] = queries.list_waiting(session, finance, now=now)
    assert waiting.params["short"] == Money(2_000, "THB")
    caseworker = Actor("staff", new_id(), frozenset({Role.CASEWORKER}))
    assert queries.list_waiting(session, caseworker, now=now) == []
    with pytest.raises(Refused, match="not_enough_available") as refusal:
        reserve(session, fund, 1, now)
    assert refusal.value.params["short"] == Money(2_001, "THB")
    give_cash(session, fund, 2_001)
    assert queries.list_waiting(session, finance, now=now) == []
    reserve(session, fund, 1, now)


def test_a_payment_that_was_promised_still_leaves_a_fund_that_is_short(session, fund, now):
    give_cash(session, fund, 10_000)
    commitment_id = reserve(session, fund, 10_000, now)
    book, day = Book.load(session, fund.id, make_office(session, "th").id, "THB"), bangkok_day(now)
    operations.post(session, refunded(book, day), actor=SYSTEM, now=now)
    operations.liquidate(session, commitment_id, 9_000, cause="payment:1", actor=SYSTEM, now=now)
    sent = journals.payment_sent(book, new_id(), day, 9_000)
    operations.post(session, [sent], actor=SYSTEM, now=now)
    assert position(session, fund, now) == (-1_000, 1_000, -2_000)
