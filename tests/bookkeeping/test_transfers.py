"""Whatever two persons move between funds, purposes keep their money and awards what they hold."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fund.errors import Refused
from fund.ledger import queries
from fund.ledger.models import Fund
from fund.ledger.operations import open_fund
from fund.ledger.verification import verify
from tests.bookkeeping.factories import NOW, at, between, booked, make_finance
from tests.ledger.factories import give_cash, make_fund, make_office

GIVEN, PROMISED = 50_000, 10_000
PURPOSES = {
    "general": None, "spare": None, "education": "education", "schools": "education",
    "vocational": "vocational",
}  # fmt: skip
moves = st.lists(
    st.tuples(
        st.sampled_from(list(PURPOSES)), st.sampled_from(list(PURPOSES)), st.integers(1, 45_000)
    ),
    max_size=6,
)


@pytest.fixture
def world(session):
    """Five funds, each with money of which a part is promised."""
    finance, office = make_finance(session), make_office(session, "th")
    funds = {code: make_fund(session, code) for code in ("general", "education", "vocational")}
    for code in PURPOSES.keys() - funds.keys():
        fund_id = open_fund(
            session,
            code=code,
            name_en=code,
            name_th=code,
            restriction="purpose" if PURPOSES[code] else "none",
            purpose=PURPOSES[code],
            actor=finance.proposer,
            now=NOW,
        )
        funds[code] = session.get_one(Fund, fund_id)
    for fund in funds.values():
        give_cash(session, fund, GIVEN)
        booked(session, finance, "opening_award", at(fund, office, PROMISED))
    return finance, office, funds


def transfer(session, finance, plan):
    """What comes of it: `done`, or the code of the refusal."""
    try:
        with session.begin_nested():
            booked(session, finance, "transfer", plan)
    except Refused as refusal:
        return refusal.code
    return "done"


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves)
def test_purposes_keep_their_money_and_awards_what_they_hold(session, world, moves):
    finance, office, funds = world
    example = session.begin_nested()
    for giver, taker, amount in moves:
        before = queries.available(session, funds[giver].id, now=NOW).available.amount_minor
        plan = between(funds[giver], funds[taker], office, amount)
        if giver == taker:
            expected = "same_fund"
        elif PURPOSES[giver] not in (None, PURPOSES[taker]):
            expected = "donor_restriction"
        else:
            expected = "done" if amount <= before else "transfer_overspends"
        assert transfer(session, finance, plan) == expected
    cash = {
        code: queries.available(session, fund.id, now=NOW).cash.amount_minor
        for code, fund in funds.items()
    }
    assert sum(cash.values()) == GIVEN * len(funds)
    assert min(cash.values()) >= PROMISED
    for purpose in ("education", "vocational"):
        own = [code for code, its in PURPOSES.items() if its == purpose]
        assert sum(cash[code] for code in own) >= GIVEN * len(own)
    assert verify(session) == []
    example.rollback()
    session.expire_all()
