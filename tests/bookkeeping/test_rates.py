"""Rates: entered by finance, never changed, and what foreign money is worth at them."""

from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from fund.audit.models import Event
from fund.errors import Denied, Refused
from fund.ledger import queries
from fund.ledger.models import Rate
from fund.money import CURRENCIES, Money, translate
from fund.permissions import Role
from tests.bookkeeping.factories import enter_rate
from tests.people.factories import make_staff

TODAY = date(2026, 11, 24)


@pytest.fixture
def finance(session, now):
    return make_staff(session, Role.FINANCE_OFFICER).actor_at(now)


def test_the_newest_entry_of_the_latest_day_counts(session, finance, now):
    enter_rate(session, finance, on=TODAY - timedelta(days=9), rate="20")
    enter_rate(session, finance, on=TODAY - timedelta(days=2), rate="19.1")
    enter_rate(session, finance, on=TODAY - timedelta(days=2), rate="19.25")
    enter_rate(session, finance, "USD", rate="33.333333")
    assert queries.rates_at(session, TODAY) == {
        "THB": Decimal(1), "NZD": Decimal("19.25"), "USD": Decimal("33.333333"),
    }  # fmt: skip
    assert queries.rates_at(session, TODAY - timedelta(days=3))["NZD"] == Decimal(20)
    assert queries.rates_at(session, TODAY - timedelta(days=10)) == {"THB": Decimal(1)}


def test_only_finance_enters_rates_and_none_of_a_day_to_come(session, finance, now):
    with pytest.raises(Denied):
        enter_rate(session, make_staff(session, Role.TREASURER).actor_at(now))
    with pytest.raises(Refused, match="rate_of_the_future"):
        enter_rate(session, finance, on=TODAY + timedelta(days=1))


def test_a_rate_is_in_the_log_and_never_changes(session, owner_session, finance, now):
    rate_id = enter_rate(session, finance)
    event = session.scalars(select(Event).where(Event.subject_id == rate_id)).one()
    assert (event.name, event.data["thb_per_unit"]) == ("rate_entered", "19.5")
    assert session.get_one(Rate, rate_id).entered_by == finance.label
    for statement in ("UPDATE ledger.rate SET source = 'x'", "DELETE FROM ledger.rate"):
        with pytest.raises(DBAPIError, match="what is booked stays"), owner_session.begin_nested():
            owner_session.execute(text(statement))


@pytest.mark.parametrize("column", ["currency = 'THB'", "thb_per_unit = 0"])
def test_the_database_refuses_a_rate_of_the_baht_and_of_nothing(session, finance, now, column):
    field, value = column.split(" = ")
    row = {"currency": "NZD", "thb_per_unit": "2"} | {field: value.strip("'")}
    with pytest.raises(DBAPIError, match=f"ck_rate_{field}"), session.begin_nested():
        session.execute(
            text(
                "SELECT ledger.enter_rate(jsonb_build_object('id', uuidv7(), 'currency',"
                " :currency ::text, 'valid_on', '2026-11-24', 'thb_per_unit', :thb_per_unit ::text,"
                " 'source', 's', 'entered_by', 'x', 'entered_at', now()))"
            ),
            row,
        )


@given(
    st.integers(-(10**12), 10**12),
    st.sampled_from(sorted(CURRENCIES)),
    st.decimals("0.00000001", "99999", places=8),
)
def test_translation_is_exact_and_half_a_satang_goes_to_the_even_one(minor, currency, rate):
    exact = Decimal(minor).scaleb(2 - CURRENCIES[currency].exponent) * rate
    expected = int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))
    assert translate(Money(minor, currency), rate) == Money(expected, "THB")


def test_half_a_satang():
    assert [translate(Money(n, "USD"), Decimal("0.5")).amount_minor for n in (1, 3, -1, -3)] == [
        0, 2, 0, -2,
    ]  # fmt: skip
