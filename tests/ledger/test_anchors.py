"""The log vouches for every column of the rows that are no journals."""

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fund.db import reading, transaction
from fund.ledger import anchors, verification
from tests.ledger.factories import make_fund, make_office


def test_every_column_of_an_anchored_table_is_hashed(session):
    for table, columns in (anchors.ANCHORED | {"account": anchors.ACCOUNT}).items():
        there = session.scalars(
            text(
                "SELECT column_name FROM information_schema.columns"
                " WHERE table_schema = 'ledger' AND table_name = :table"
            ),
            {"table": table},
        )
        assert set(there) == set(columns), table


def test_a_row_is_found_by_its_id_or_by_what_names_it(session):
    fund = make_fund(session)
    assert anchors.row_sha256(session, "fund", fund.id) == anchors.row_sha256(
        session, "fund", {"code": fund.code}
    )


def test_an_office_opened_later_changes_the_hash_over_all_accounts(session):
    make_fund(session)
    before = anchors.accounts_sha256(session)
    make_office(session)
    assert anchors.accounts_sha256(session) != before


def test_no_office_changes_and_no_account_or_guard_goes(owner_session):
    for statement in (
        "UPDATE ledger.office SET address = 'elsewhere'",
        "DELETE FROM ledger.office",
        "DELETE FROM ledger.account",
        "DELETE FROM ledger.fund_guard",
        "TRUNCATE ledger.fund_guard CASCADE",
    ):
        with pytest.raises(DBAPIError, match="refused"), owner_session.begin_nested():
            owner_session.execute(text(statement))


def test_a_fund_and_an_office_opened_at_once_miss_no_account(fresh_url):
    with transaction() as session:
        make_office(session, "th")
        make_fund(session)
    waiting = threading.Event()

    def open_another_office() -> None:
        with transaction() as other:
            waiting.set()
            make_office(other, "nz")

    with transaction() as session:
        make_fund(session, "education")
        opening = threading.Thread(target=open_another_office)
        opening.start()
        waiting.wait()
        opening.join(0.3)
        assert opening.is_alive()  # it waits for the fund
    opening.join()
    with reading() as session:
        assert verification.verify(session) == []
