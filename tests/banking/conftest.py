"""Two persons of finance, the office in Thailand, its fund and its bank account."""

import pytest

from tests.banking.factories import make_account
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
    give_cash(session, fund, 1_000_00)
    return fund


@pytest.fixture
def account(session, office, fund, finance):
    return make_account(session, office, finance.second)
