"""What is here but may be asked back is not awarded: young gifts, open inquiries, taxes."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from fund.audit import queries as audit
from fund.clock import bangkok_day
from fund.errors import NotFound, Refused
from fund.ids import new_id
from fund.ledger import journals, operations, queries
from fund.ledger.journals import Book, Booked
from fund.ledger.models import RESERVE_DAYS
from fund.permissions import SYSTEM, Actor, Role
from tests.ledger.factories import give_cash, make_fund, make_office


@pytest.fixture
def fund(session):
    return make_fund(session)


@pytest.fixture
def book(session, fund):
    """The fund at a Thai office that has a Stripe account, in THB."""
    office = make_office(session, "th", stripe_account_id="acct_th", methods=["card"])
    return Book.load(session, fund.id, office.id, "THB")


def post(session, now, *drafts):
    return operations.post(session, drafts, actor=SYSTEM, now=now)


def hold(session, fund, now, amount_minor=1_000, concerns=None, cause="inquiry:1"):
    return operations.hold(
        session,
        fund_id=fund.id,
        currency="THB",
        amount_minor=amount_minor,
        concerns=concerns,
        cause=cause,
        actor=SYSTEM,
        now=now,
    )


def position(session, fund, now):
    """Young, asked about, owed, available."""
    found = queries.available(session, fund.id, now=now)
    assert found.reserve == found.young + found.inquiries
    return tuple(
        money.amount_minor for money in (found.young, found.inquiries, found.owed, found.available)
    )


def test_an_open_inquiry_holds_money_until_it_is_over(session, fund, now):
    give_cash(session, fund, 10_000)
    hold_id = hold(session, fund, now, 4_000)
    assert position(session, fund, now) == (0, 4_000, 0, 6_000)
    with pytest.raises(Refused, match="not_enough_available"):
        operations.reserve(
            session, fund_id=fund.id, award_id=new_id(), amount_minor=6_001, actor=SYSTEM, now=now
        )
    for _ in range(2):
        operations.release(session, hold_id, actor=SYSTEM, now=now)
        assert position(session, fund, now) == (0, 0, 0, 10_000)
    assert [
        (event.name, event.data["hold_id"])
        for event in audit.list_events(session, [("fund", fund.id)])
        if event.name != "fund_opened"
    ] == [("hold_released", str(hold_id)), ("money_held", str(hold_id))]


def test_an_inquiry_holds_once_and_always_the_same(session, fund, now):
    hold_id = hold(session, fund, now, 4_000, "txn_1")
    assert hold(session, fund, now, 4_000, "txn_1") == hold_id
    for values in ((4_001, "txn_1"), (4_000, "txn_2"), (4_000, None)):
        with pytest.raises(Refused, match="hold_cause_reused"), session.begin_nested():
            hold(session, fund, now, *values)
    operations.release(session, hold_id, actor=SYSTEM, now=now)
    assert hold(session, fund, now, 4_000, "txn_1") == hold_id
    with pytest.raises(Refused, match="amount_not_positive"):
        hold(session, fund, now, 0, cause="inquiry:2")


def test_an_unknown_hold_cannot_be_released(session, now):
    with pytest.raises(NotFound):
        operations.release(session, new_id(), actor=SYSTEM, now=now)


def test_an_inquiry_is_never_refused_even_if_the_fund_falls_short(session, fund, now):
    give_cash(session, fund, 1_000)
    hold(session, fund, now, 5_000)
    assert position(session, fund, now) == (0, 5_000, 0, -4_000)


def test_a_gift_that_is_young_and_asked_about_counts_once(session, fund, book, now):
    today = bangkok_day(now)
    post(session, now, journals.charge(book, "txn_1", today, 10_000, 0))
    hold(session, fund, now, 10_000, "txn_1")
    assert position(session, fund, now) == (10_000, 0, 0, 0)
    later = now + timedelta(days=RESERVE_DAYS)
    assert position(session, fund, later) == (0, 10_000, 0, 0)


def test_an_inquiry_holds_no_more_than_is_still_here_of_its_gift(session, fund, book, now):
    long_ago = bangkok_day(now) - timedelta(days=100)
    hold(session, fund, now, 10_000, "txn_1")
    assert position(session, fund, now) == (0, 0, 0, 0)  # the gift itself is not booked yet
    post(session, now, journals.charge(book, "txn_1", long_ago, 10_000, 0))
    hold(session, fund, now, 500, "txn_1", cause="inquiry:2")  # about the same money
    assert position(session, fund, now) == (0, 10_000, 0, 0)
    refund = journals.refund(book, "txn_2", long_ago, 4_000, charge_txn_id="txn_1")
    post(session, now, refund)
    assert position(session, fund, now) == (0, 6_000, 0, 0)
    post(
        session,
        now,
        journals.dispute_opened(book, "txn_3", long_ago, 6_000, 300, charge_txn_id="txn_1"),
    )
    assert position(session, fund, now) == (0, 0, 0, -300)


def test_another_funds_inquiry_holds_nothing_here(session, fund, book, now):
    education = make_fund(session, "education")
    long_ago = bangkok_day(now) - timedelta(days=100)
    post(session, now, journals.charge(book, "txn_1", long_ago, 10_000, 0))
    hold(session, education, now, 10_000, "txn_1")
    assert position(session, fund, now) == (0, 0, 0, 10_000)
    assert position(session, education, now) == (0, 0, 0, 0)


def test_each_fund_has_its_own_days_of_reserve(session, fund, book, now):
    finance = Actor("staff", new_id(), frozenset({Role.FINANCE_OFFICER}))
    week_old = bangkok_day(now) - timedelta(days=7)
    post(session, now, journals.charge(book, "txn_1", week_old, 10_000, 0))
    for days, young in ((7, 0), (8, 10_000), (0, 0), (365, 10_000)):
        session.refresh(fund)
        operations.change_fund(
            session,
            fund,
            version=fund.version,
            name_en=fund.name_en,
            name_th=fund.name_th,
            gift_cap_minor=None,
            target_minor=None,
            reserve_days=days,
            actor=finance,
            now=now,
        )
        assert position(session, fund, now) == (young, 0, 0, 10_000 - young)


@pytest.mark.parametrize("days", [-1, 366])
def test_the_database_knows_how_many_days_a_reserve_may_have(owner_session, days):
    make_fund(owner_session)
    with pytest.raises(DBAPIError, match=r"ck_fund_reserve_days|is refused"):
        owner_session.connection().exec_driver_sql(
            f"UPDATE ledger.fund SET reserve_days = {days}, version = version + 1"
        )


def test_tax_that_is_owed_cannot_be_awarded(session, fund, book, now):
    today = bangkok_day(now)
    give_cash(session, fund, 10_000)
    post(session, now, journals.tax_withheld(book, new_id(), today, 300))
    assert position(session, fund, now) == (0, 0, 300, 9_700)
    post(session, now, journals.tax_remitted(book, new_id(), today, 300))
    assert position(session, fund, now) == (0, 0, 0, 9_700)
    post(session, now, journals.tax_remitted(book, new_id(), today, 100))  # more than was owed
    assert position(session, fund, now) == (0, 0, 0, 9_600)


def test_a_gift_that_was_booked_by_mistake_holds_nothing(session, fund, book, now):
    today = bangkok_day(now)
    [gift] = post(session, now, journals.charge(book, "txn_1", today, 10_000, 300))
    post(session, now, journals.reversal(Booked.load(session, gift), today))
    assert position(session, fund, now) == (0, 0, 0, 0)


# --- Whatever happens to gifts, the reserve is what is still here of the young ones ------------


@dataclass
class Gift:
    """A model of one gift: what is away, and what could come back or be lost."""

    txn: str
    given: int
    away: int = 0
    refunds: list[tuple[object, int]] = field(default_factory=list)
    disputed: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    recovered: list[int] = field(default_factory=list)

    def next(self, session, book, day, action, amount):
        """The journal of `action`, or None if it cannot happen now."""
        about, txn = {"charge_txn_id": self.txn}, f"txn_{new_id().hex}"
        if action in ("refund", "dispute") and self.away + amount <= self.given:
            self.away += amount
            if action == "refund":
                return journals.refund(book, txn, day, amount, **about)
            self.disputed.append(amount)
            return journals.dispute_opened(book, txn, day, amount, 15, **about)
        if action == "refund_fails" and self.refunds:
            refund_id, back = self.refunds.pop()
            self.away -= back
            return journals.refund_failed(Booked.load(session, refund_id), txn, day)
        if action == "lose" and self.disputed:
            self.lost.append(self.disputed.pop())
            return journals.dispute_lost(book, txn, day, self.lost[-1], **about)
        if action == "win" and (self.disputed or self.lost):
            is_recovered = not self.disputed
            back = (self.lost if is_recovered else self.disputed).pop()
            self.away -= back
            self.recovered += [back] if is_recovered else []
            return journals.dispute_won(book, txn, day, back, 15, **about)
        if action == "recover" and self.recovered:
            return journals.dispute_recovered(book, txn, day, self.recovered.pop(), **about)
        return None


def test_the_reserve_follows_refunds_and_disputes_there_and_back(session, fund, book, now):
    today = bangkok_day(now)
    actions = st.tuples(
        st.integers(min_value=0, max_value=2),
        st.sampled_from(["refund", "refund_fails", "dispute", "win", "lose", "recover"]),
        st.integers(min_value=1, max_value=600),
    )

    @given(st.lists(actions, max_size=12))
    @settings(max_examples=40)
    def check(history):
        undone = session.begin_nested()
        gifts = [Gift(f"txn_{new_id().hex}", 1_000) for _ in range(3)]
        ages = (0, RESERVE_DAYS - 1, RESERVE_DAYS)
        charges = [
            journals.charge(book, gift.txn, today - timedelta(days=age), 1_000, 0)
            for gift, age in zip(gifts, ages, strict=True)
        ]
        post(session, now, *charges)
        happened = defaultdict(int)
        for number, action, amount in history:
            draft = gifts[number].next(session, book, today, action, amount)
            if draft is not None:
                [journal_id] = post(session, now, draft)
                happened[action] += 1
                if action == "refund":
                    gifts[number].refunds.append((journal_id, amount))
        young = sum(gift.given - gift.away for gift in gifts[:2])
        fees = 15 * (happened["dispute"] - happened["win"])
        assert position(session, fund, now) == (young, 0, 0, gifts[2].given - gifts[2].away - fees)
        undone.rollback()

    check()
