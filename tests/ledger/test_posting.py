"""The books take each fact once, whole, and never change it."""

from sqlalchemy.orm import Session

from fund.ledger import queries
from tests.ledger.factories import give_cash, make_fund


def test_a_gift_to_the_bank_is_cash_that_the_fund_can_award(session: Session, now):
    fund = make_fund(session)
    give_cash(session, fund, 150_000)
    position = queries.available(session, fund.id, now=now)
    assert position.cash.amount_minor == position.available.amount_minor == 150_000
