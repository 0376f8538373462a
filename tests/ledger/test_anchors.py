"""The log vouches for every column of the rows that are no journals."""

from sqlalchemy import text

from fund.ledger import anchors
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
