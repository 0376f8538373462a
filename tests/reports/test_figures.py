"""What the front page says about the fund is true, delayed, and never about a few people."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from fund.i18n import format_short
from fund.ids import new_id
from fund.ledger import journals, operations
from fund.money import Money
from fund.permissions import SYSTEM
from fund.reports.queries import get_public_figures, rounded_down
from tests.ledger.factories import give_cash, make_fund, make_office

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def pay(session: Session, times: int, day: date) -> None:
    """Send so many grant payments of 100 THB on `day`."""
    fund = make_fund(session)
    book = journals.Book.load(session, fund.id, make_office(session, "th").id, "THB")
    drafts = [journals.payment_sent(book, new_id(), day, 10_000) for _ in range(times)]
    operations.post(session, drafts, actor=SYSTEM, now=NOW)


@pytest.mark.parametrize(
    ("count", "shown"), [(0, None), (4, None), (5, 5), (9, 5), (10, 10), (64, 60)]
)
def test_a_count_is_rounded_down_and_a_small_one_is_not_told(count: int, shown: int | None):
    assert rounded_down(count) == shown


def test_held_is_the_cash_of_all_funds(session: Session):
    before = get_public_figures(session, now=NOW).held
    give_cash(session, make_fund(session, "general"), 150_000)
    give_cash(session, make_fund(session, "education"), 50_000)
    assert get_public_figures(session, now=NOW).held == before + Money(200_000, "THB")


def test_payments_of_this_month_are_not_told_yet(session: Session):
    give_cash(session, make_fund(session), 10_000_000)
    pay(session, 7, date(2026, 10, 31))
    pay(session, 9, date(2026, 11, 2))
    figures = get_public_figures(session, now=NOW)
    assert (figures.paid, figures.paid_until) == (5, date(2026, 10, 31))


def test_a_returned_payment_does_not_count(session: Session):
    give_cash(session, make_fund(session), 10_000_000)
    pay(session, 5, date(2026, 10, 1))
    book = journals.Book.load(session, make_fund(session).id, make_office(session, "th").id, "THB")
    returned = journals.payment_returned(
        book, new_id(), date(2026, 10, 2), 10_000, was_confirmed=False
    )
    operations.post(session, [returned], actor=SYSTEM, now=NOW)
    assert get_public_figures(session, now=NOW).paid is None


def test_in_january_last_year_is_told(session: Session):
    give_cash(session, make_fund(session), 10_000_000)
    pay(session, 5, date(2026, 12, 31))
    figures = get_public_figures(session, now=NOW + timedelta(days=50))
    assert (figures.paid, figures.paid_until) == (5, date(2026, 12, 31))


def test_the_fee_share_is_what_stripe_kept_of_the_gifts(session: Session):
    book = journals.Book.load(session, make_fund(session).id, make_office(session, "nz").id, "NZD")
    charge = journals.charge(book, "txn_share", date(2026, 11, 1), 10_000, 320)
    operations.post(session, [charge], actor=SYSTEM, now=NOW)
    shares = get_public_figures(session, now=NOW).fee_shares
    assert shares is not None
    assert [f"{share:.3f}" for share in shares] == ["0.032", "0.032"]


def test_the_front_page_shows_them_with_their_date(client: FlaskClient, session: Session):
    give_cash(session, make_fund(session), 241_999_999)
    page = client.get("/").text
    assert "฿2.41\u00a0M" in page
    assert "From the fund’s books on" in page


def test_a_short_amount_is_cut_and_never_rounded_up(client: FlaskClient):
    with client.application.test_request_context():
        assert format_short(Money(99_999_999, "THB")) == "฿999,999"
        assert format_short(Money(199_999_999, "THB")) == "฿1.99\u00a0M"
