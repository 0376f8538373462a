"""What an account was worth on any day follows from what was booked up to that day."""

from datetime import date

from fund.ledger import balances, journals, operations
from fund.ledger.journals import Book
from fund.permissions import SYSTEM
from tests.ledger.factories import make_fund, make_office

JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 10), date(2026, 3, 1)


def test_totals_count_what_was_booked_up_to_the_day(session, now):
    book = Book.load(session, make_fund(session).id, make_office(session, "nz").id, "NZD")
    drafts = [
        journals.charge(book, "txn_1", JANUARY, 10_000, 320),
        journals.charge(book, "txn_2", FEBRUARY, 500, 0),
        journals.became_available(book, "txn_1", MARCH, 9_680),
    ]
    operations.post(session, drafts, actor=SYSTEM, now=now)
    pending, fees = book.account("stripe_pending").id, book.account("processing_fees").id
    assert balances.totals_at(session, date(2026, 1, 30)) == {}
    assert balances.totals_at(session, JANUARY)[pending] == (10_000, 320)
    assert balances.totals_at(session, FEBRUARY)[pending] == (10_500, 320)
    assert balances.totals_at(session)[pending] == (10_500, 10_000)
    between = balances.totals_between(session, FEBRUARY, MARCH)
    assert between[pending] == (500, 9_680)
    assert fees not in between
