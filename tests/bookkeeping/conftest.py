"""Two persons of finance, an office in Thailand, and a fund that has money at its bank."""

import pytest

from tests.bookkeeping.factories import make_finance
from tests.ledger.factories import give_cash, make_fund, make_office


@pytest.fixture
def finance(session):
    return make_finance(session)


@pytest.fixture
def office(session):
    return make_office(session, "th")


@pytest.fixture
def fund(session, office):
    fund = make_fund(session)
    give_cash(session, fund, 100_000)
    return fund
