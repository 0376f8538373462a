"""Offices and funds are opened with all the accounts they need."""

import pytest

from fund.audit import queries as audit
from fund.errors import NotFound, Refused
from fund.ledger import anchors, operations, queries
from fund.ledger.journals import Book
from fund.ledger.models import OFFICE_ROLES, ROLES
from fund.permissions import SYSTEM
from tests.ledger.factories import FUNDS, OFFICES, WHEN, make_fund, make_office


def test_each_fund_has_its_accounts_at_each_office_whichever_came_first(session):
    first = make_fund(session)
    offices = [make_office(session, "th"), make_office(session, "nz")]
    second = make_fund(session, "education")
    for fund in (first, second):
        for office in offices:
            book = Book.load(session, fund.id, office.id, office.currency)
            assert set(book.accounts) == set(ROLES)
            assert (
                queries.account_id(session, fund.id, office.id, office.currency, "bank")
                == book.account("bank").id
            )
            assert (
                queries.account_id(session, fund.id, None, office.currency, "grants")
                == book.account("grants").id
            )
    with pytest.raises(NotFound):
        queries.account_id(session, first.id, offices[0].id, "NZD", OFFICE_ROLES[0])


def test_offices_and_funds_are_found_by_their_codes(session):
    office, fund = make_office(session, "nz"), make_fund(session, "vocational")
    assert queries.get_office(session, "nz") is office
    assert queries.get_fund(session, "vocational") is fund
    assert list(queries.list_offices(session)) == [office]
    assert list(queries.list_funds(session)) == [fund]
    assert queries.fund_name(fund, "th") == "การฝึกอาชีพ"
    assert queries.fund_name(fund, "en") == "Vocational training"
    with pytest.raises(NotFound):
        queries.get_office(session, "jp")
    [opened] = audit.list_events(session, [("fund", fund.id)])
    assert opened.data == {
        "code": "vocational",
        "restriction": "purpose",
        "purpose": "vocational",
        "row_sha256": anchors.row_sha256(session, "fund", fund.id),
        "accounts_sha256": anchors.accounts_sha256(session),
    }


def test_a_code_is_taken_once(session):
    make_office(session, "nz")
    make_fund(session)
    with pytest.raises(Refused, match="fund_code_taken"), session.begin_nested():
        operations.open_fund(session, code="general", **FUNDS["general"], actor=SYSTEM, now=WHEN)
    for changes, code in (
        ({}, "office_code_taken"),
        ({"code": "nz2"}, "stripe_account_taken"),
        ({"code": "nz2", "stripe_account_id": None}, "receipt_prefix_taken"),
    ):
        values = {"code": "nz"} | OFFICES["nz"] | changes
        with pytest.raises(Refused, match=code), session.begin_nested():
            operations.open_office(session, **values, actor=SYSTEM, now=WHEN)
