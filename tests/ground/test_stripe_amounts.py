"""Every amount crosses to Stripe and back as itself, or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund.gateways.stripe_amounts import (
    NotExact,
    from_stripe,
    minor_from_stripe,
    rate_from_stripe,
    to_stripe,
)
from fund.money import CURRENCIES, Money

# Written apart from the code, from Stripe's pages "Supported currencies" and "Zero-decimal
# currencies": one unit of the currency as Stripe writes it.
ONE = {
    "THB": 100,
    "USD": 100,
    "EUR": 100,
    "GBP": 100,
    "AUD": 100,
    "NZD": 100,
    "SGD": 100,
    "JPY": 1,
    "KWD": 1000,
    "HUF": 100,
    "ISK": 100,
}


def test_one_of_each_currency_is_what_stripe_calls_one():
    assert {
        code: to_stripe(Money(10**currency.exponent, code)) for code, currency in CURRENCIES.items()
    } == ONE


@given(st.sampled_from(sorted(ONE)), st.integers(-(10**12), 10**12))
def test_what_is_charged_comes_back_the_same(code, steps):
    money = Money(steps * CURRENCIES[code].step_minor, code)
    there = to_stripe(money)
    assert from_stripe(there, code.lower()) == money
    assert there == money.decimal() * ONE[code]


@given(st.sampled_from(sorted(ONE)), st.integers(-(10**12), 10**12))
def test_what_stripe_says_is_kept_exactly_or_refused(code, amount):
    if code == "ISK" and amount % 100:
        with pytest.raises(NotExact):
            from_stripe(amount, code)
    else:
        assert from_stripe(amount, code).decimal() * ONE[code] == amount


@pytest.mark.parametrize("fils", [1, 10_005, 999])
def test_three_decimals_end_in_nought_or_are_not_charged(fils):
    with pytest.raises(NotExact):
        to_stripe(Money(fils, "KWD"))
    assert from_stripe(fils, "kwd").amount_minor == fils  # a fee may have the third decimal


def test_a_payout_of_whole_forint_has_its_two_decimals():
    assert from_stripe(1_234_500, "huf").decimal() == Decimal("12345.00")


def test_a_currency_of_nobodys_is_taken_as_it_is():
    assert minor_from_stripe(12_345, "sek") == 12_345


@given(st.integers(1, 10**7), st.decimals("0.0001", "10", places=6))
def test_the_rate_is_between_minor_units(kronur, rate):
    told = to_stripe(Money(kronur, "ISK"))
    ours = rate_from_stripe(str(rate), "isk", "nzd")
    assert kronur * ours == told * rate
    assert rate_from_stripe(str(rate), "jpy", "nzd") == rate
