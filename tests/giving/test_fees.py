"""The fee as a range, and what covers it: exact, in whole numbers, for every currency."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fund.giving.fees import WHOLE, FeeRange, FeeTable, find_range
from fund.money import CURRENCIES, Money

TABLE = FeeTable(percent_bp=270, fixed=Money(30, "NZD"), international_bp=100, conversion_bp=200)
RATES = {"THB": Decimal(1), "NZD": Decimal("19.4"), "JPY": Decimal("0.2207"), "KWD": Decimal(112)}


@st.composite
def cases(draw):
    """A range of fees in some currency, and an amount in it."""
    currency = draw(st.sampled_from(sorted(CURRENCIES)))
    low = draw(st.integers(0, 900))
    fixed = draw(st.integers(0, 5_000))
    fees = FeeRange(
        low_bp=low,
        high_bp=draw(st.integers(low, 1_500)),
        low_fixed=Money(draw(st.integers(0, fixed)), currency),
        high_fixed=Money(fixed, currency),
    )
    step = CURRENCIES[currency].step_minor
    return fees, Money(draw(st.integers(1, 10**8)) * step, currency)


@given(cases())
def test_the_highest_fee_of_the_covered_gift_leaves_the_amount(case):
    fees, amount = case
    gross = amount + fees.cover(amount)
    assert amount <= gross - fees.high(gross)
    assert gross.amount_minor % CURRENCIES[gross.currency].step_minor == 0


@given(cases())
def test_a_step_less_would_not_cover_it(case):
    fees, amount = case
    step = CURRENCIES[amount.currency].step_minor
    less = amount + fees.cover(amount) - Money(step, amount.currency)
    assert less - fees.high(less) < amount


@given(cases())
def test_every_fee_between_the_rates_lies_in_the_range(case):
    fees, amount = case
    for share in (fees.low_bp, (fees.low_bp + fees.high_bp) // 2, fees.high_bp):
        exact = Decimal(amount.amount_minor * share) / WHOLE
        fee = Money(int(exact.to_integral_value()), amount.currency)
        assert fees.low(amount) <= fee + fees.low_fixed
        assert fee + fees.high_fixed <= fees.high(amount)


def test_the_offices_own_currency_needs_no_rate():
    fees = find_range(TABLE, "NZD", {})
    assert fees is not None
    assert fees.low(Money(100_00, "NZD")) == Money(3_00, "NZD")
    assert fees.high(Money(100_00, "NZD")) == Money(4_00, "NZD")
    assert fees.cover(Money(100_00, "NZD")) == Money(4_16, "NZD")


def test_another_currency_pays_for_the_exchange_and_a_fixed_part_about_as_large():
    yen = find_range(TABLE, "JPY", RATES)
    assert yen is not None
    # NZ$0.30 are 26.37 yen by these rates, give or take three in a hundred.
    assert (yen.low_fixed, yen.high_fixed) == (Money(25, "JPY"), Money(28, "JPY"))
    assert (yen.low_bp, yen.high_bp) == (470, 570)
    dinar = find_range(TABLE, "KWD", RATES)
    assert dinar is not None
    assert dinar.high_fixed == Money(54, "KWD")


def test_without_a_rate_nothing_is_promised():
    assert find_range(TABLE, "USD", RATES) is None
    assert find_range(TABLE, "JPY", {"JPY": Decimal(1)}) is None
