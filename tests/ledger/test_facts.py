"""Every fact in the database: booked once, never with another content, and taken back whole."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from fund.errors import NotFound, Refused
from fund.ids import new_id
from fund.ledger import journals, operations
from fund.ledger.journals import Booked
from fund.ledger.models import BalanceShard, Journal
from fund.permissions import SYSTEM
from tests.ledger.factories import wrong
from tests.ledger.facts import FACTS, Places

DAY = date(2026, 11, 24)


@pytest.fixture
def places(session) -> Places:
    return Places.opened(session)


def totals(session) -> dict[object, int]:
    """Account -> debits less credits, where that is not nothing."""
    net = func.sum(BalanceShard.debits - BalanceShard.credits)
    rows = session.execute(
        select(BalanceShard.account_id, net).group_by(BalanceShard.account_id).having(net != 0)
    )
    return {account: int(amount) for account, amount in rows}


def post(session, *drafts, now):
    with session.begin_nested():
        return operations.post(session, drafts, actor=SYSTEM, now=now)


@pytest.mark.parametrize("fact", FACTS, ids=str)
def test_a_fact_is_booked_once_and_taken_back_whole(session, places, now, fact):
    row, before = new_id(), totals(session)
    draft = fact.build(places, row, DAY, 1_234)
    [first] = post(session, draft, now=now)
    after = totals(session)
    assert after != before
    assert post(session, fact.build(places, row, DAY, 1_234), now=now) == [first]
    with pytest.raises(Refused, match="journal_key_reused"):
        post(session, fact.build(places, row, DAY, 1_235), now=now)
    assert totals(session) == after

    back = journals.reversal(Booked.load(session, first), DAY)
    [reversed_by] = post(session, back, now=now)
    assert totals(session) == before
    assert post(session, back, now=now) == [reversed_by]
    with pytest.raises(Refused, match="already_reversed"):
        post(session, replace(back, key="another"), now=now)
    assert totals(session) == before
    assert wrong(session) == []


def test_all_facts_in_one_call_come_back_in_one_call(session, places, now):
    drafts = [fact.build(places, new_id(), DAY, 100 + n) for n, fact in enumerate(FACTS)]
    ids = post(session, *drafts, now=now)
    assert len(set(ids)) == len(FACTS)
    post(session, *(journals.reversal(Booked.load(session, i), DAY) for i in ids), now=now)
    assert totals(session) == {}
    assert wrong(session) == []


def test_a_reversal_can_be_reversed(session, places, now):
    [gift] = post(session, journals.gift_to_bank(places.mine, new_id(), DAY, 500), now=now)
    after = totals(session)
    [back] = post(session, journals.reversal(Booked.load(session, gift), DAY), now=now)
    post(session, journals.reversal(Booked.load(session, back), DAY), now=now)
    assert totals(session) == after


def test_a_refund_that_failed_cannot_fail_again_or_be_reversed_besides(session, places, now):
    refund = journals.refund(places.mine, "txn_2", DAY, 100, charge_txn_id="txn_1")
    [refund_id] = post(session, refund, now=now)
    booked = Booked.load(session, refund_id)
    [failed] = post(session, journals.refund_failed(booked, "txn_3", DAY), now=now)
    row = session.get_one(Journal, failed)
    assert (row.kind, row.reverses_id, row.concerns) == ("refund_failed", refund_id, "txn_1")
    assert totals(session) == {}
    for again in (journals.reversal(booked, DAY), journals.refund_failed(booked, "txn_4", DAY)):
        with pytest.raises(Refused, match="already_reversed"):
            post(session, again, now=now)


def test_what_is_not_in_the_books_cannot_be_reversed(session):
    with pytest.raises(NotFound):
        Booked.load(session, new_id())
