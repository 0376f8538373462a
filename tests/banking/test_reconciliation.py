"""One office on one day: Stripe, bank and books, and each difference by itself."""

from datetime import date, timedelta

import pytest

from fund.banking import operations, queries
from fund.banking.operations import Choice
from fund.banking.reconciliation import reconcile
from fund.bookkeeping.unreconciled import list_unreconciled
from fund.ids import new_id
from fund.ledger import journals
from fund.ledger import operations as ledger
from fund.permissions import SYSTEM
from tests.banking.factories import DAY, Said, camt, make_account, make_payout, record
from tests.bookkeeping.factories import NOW
from tests.ledger.factories import make_office

TODAY = date(2026, 11, 24)
PAGE = "/staff/settlement/reconciliation"


def kinds(found):
    return [one.kind for one in found.unexplained]


def give(session, fund, office, amount_minor, on=DAY):
    book = journals.Book.load(session, fund.id, office.id, office.currency)
    draft = journals.gift_to_bank(book, new_id(), on, amount_minor)
    return ledger.post(session, [draft], actor=SYSTEM, now=NOW)[0]


def confirm_all(session, statement, actor):
    found = queries.list_suggestions(session, queries.list_open(session, statement))
    chosen = [Choice(s.line.id, s.token, s.rule) for s in found]
    operations.confirm_suggestions(session, chosen, actor=actor, now=NOW)


def test_before_any_statement_there_is_nothing_to_compare(session, fund, office):
    found = reconcile(session, office, TODAY)
    assert (found.stripe, found.bank, found.differences) == ([], None, [])


def test_a_bank_that_is_matched_whole_differs_in_nothing(session, account, fund, office, finance):
    """The fund held 1,000 baht when its statements began."""
    give(session, fund, office, 150_00)
    statement = record(session, account, camt([Said("150.00")]), finance.second)
    assert kinds(reconcile(session, office, TODAY)) == ["bank_line"]
    confirm_all(session, statement, finance.second)
    found = reconcile(session, office, TODAY)
    assert (found.bank.told, found.bank.books, found.bank.rest) == (1150_00, 1150_00, 0)
    assert found.differences == []


def test_each_line_and_each_booking_that_lacks_the_other_is_named(
    session, account, fund, office, finance
):
    journal_id = give(session, fund, office, 70_00)
    later = DAY + timedelta(days=6)
    content = camt([Said("-20.25"), Said("9.00", on=later)], last=later)
    record(session, account, content, finance.second)
    found = reconcile(session, office, later)
    assert [(one.kind, one.amount.amount_minor) for one in found.differences] == [
        ("bank_line", -20_25),
        ("bank_line", 9_00),
        ("not_at_bank", 70_00),
    ]
    assert found.differences[2].values == {"journal_id": journal_id}
    assert found.bank.rest == 0


def test_what_the_bank_shows_a_day_later_is_timing_and_no_difference(
    session, account, fund, office, finance
):
    give(session, fund, office, 150_00)
    later = DAY + timedelta(days=1)
    content = camt([Said("150.00", on=later)], last=later)
    confirm_all(session, record(session, account, content, finance.second), finance.second)
    found = reconcile(session, office, DAY)
    assert (found.bank.timing, found.bank.rest, found.differences) == (-150_00, 0, [])


def test_a_statement_that_is_missing_shows_in_the_balance(session, account, fund, office, finance):
    record(session, account, camt([]), finance.second)
    later = date(2026, 11, 23)
    gap = camt([], opening="1200.00", first=later, last=later)
    record(session, account, gap, finance.second)
    (found,) = reconcile(session, office, TODAY).differences
    assert (found.kind, found.amount.amount_minor) == ("statement_gap", 200_00)


def test_a_bank_that_began_otherwise_than_the_books_is_told_once(
    session, account, fund, office, finance
):
    record(session, account, camt([], opening="1001.00"), finance.second)
    (found,) = reconcile(session, office, TODAY).differences
    assert (found.kind, found.amount.amount_minor) == ("before", 1_00)


def test_a_payout_stands_beside_its_lines_and_the_banks(session, finance, fund):
    office = make_office(session, "nz")
    account = make_account(session, office, finance.second, "12-3456-7890123-00")
    payout = make_payout(session, office, 47_65, left_on=date(2026, 11, 18))
    late = make_payout(session, office, 5_00, left_on=date(2026, 11, 10))
    payout.is_automatic = payout.is_listed = True
    session.flush()
    content = camt([Said("47.65")], opening="0.00", number="12-3456-7890123-00", currency="NZD")
    confirm_all(session, record(session, account, content, finance.second), finance.second)
    found = reconcile(session, office, TODAY)
    assert [one.kind for one in found.differences] == ["payout_sum", "payout_late"]
    assert found.differences[0].amount.amount_minor == 47_65  # none of its lines is here
    first, second = found.payouts
    assert (first.lines.payout.id, len(first.line_ids)) == (payout.id, 1)
    assert (second.lines.payout.id, second.line_ids) == (late.id, ())


def test_the_treasurer_explains_and_the_period_may_close_without_it(
    session, client, sign_in, post, account, fund, office, finance
):
    record(session, account, camt([Said("-20.25")]), finance.second)
    assert ("difference", -20_25) in {
        (one.kind, one.amount_minor) for one in list_unreconciled(session, TODAY)
    }
    (one,) = reconcile(session, office, TODAY).differences
    sign_in(client, finance.treasurer)
    page = client.get(f"{PAGE}?office=th&day={TODAY}").text
    assert "1 difference" in page
    assert f"/staff/bank/lines/{one.thing}" in page
    fields = {"day": TODAY, "kind": one.kind, "thing": one.thing}
    fields |= {"amount_minor": one.amount.amount_minor, "currency": "THB"}
    empty = post(f"{PAGE}/th/explain", **fields, reason="")
    assert empty.status_code == 422
    post(f"{PAGE}/th/explain", **fields, reason="The bank gives it back in December")
    page = client.get(f"{PAGE}?office=th&day={TODAY}").text
    assert "The bank gives it back in December" in page
    assert "no open difference" in page
    session.expire_all()
    assert not [one for one in list_unreconciled(session, TODAY) if one.kind == "difference"]


@pytest.mark.parametrize(
    "query", ["", "?day=nonsense&office=th", "?day=9999-12-31", "?day=1999-01-01"]
)
def test_the_page_answers_whatever_day_is_asked(client, sign_in, account, finance, query):
    sign_in(client, finance.officer)
    assert client.get(PAGE + query).status_code == 200
    assert client.get(f"{PAGE}?office=nowhere").status_code == 404
