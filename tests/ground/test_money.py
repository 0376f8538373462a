"""Money is whole minor units, read exactly as typed, or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund.i18n import figure_column, format_exact
from fund.money import CURRENCIES, BadAmount, Money, parse_money

currencies = st.sampled_from(sorted(CURRENCIES))
THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


@st.composite
def amounts(draw) -> Money:
    unit = CURRENCIES[draw(currencies)]
    return Money(draw(st.integers(0, 10**10)) * unit.step_minor, unit.code)


@given(amounts())
def test_an_amount_written_out_reads_back_as_itself(money):
    unit = CURRENCIES[money.currency]
    plain = str(money.decimal())
    grouped = f"{money.decimal():,}"
    for text in (plain, grouped, f"{unit.symbol}{grouped}", f"{money.currency} {plain}"):
        assert parse_money(text, money.currency) == money
    assert parse_money(plain.translate(THAI), money.currency) == money
    assert parse_money(format_exact(money), money.currency) == money


@given(amounts())
def test_the_minor_unit_has_the_currencys_exponent(money):
    exponent = CURRENCIES[money.currency].exponent
    assert money.decimal() * 10**exponent == money.amount_minor
    assert -money.decimal().as_tuple().exponent == exponent


@given(currencies, st.integers(1, 9))
def test_one_decimal_too_many_is_refused_not_rounded(code, digit):
    fraction = "0" * CURRENCIES[code].exponent + str(digit)
    with pytest.raises(BadAmount) as error:
        parse_money(f"12.{fraction}", code)
    assert error.value.code == "too_many_decimals"


@given(currencies, st.text(max_size=20))
def test_whatever_is_typed_is_an_exact_amount_or_refused(code, text):
    try:
        money = parse_money(text, code)
    except BadAmount:
        return
    assert money.amount_minor >= 0
    assert any(character.isdigit() for character in text)


@pytest.mark.parametrize(
    "text", ["", " ", "-5", "+5", "−5", "1e3", "five", "1.2.3", "NaN", "Infinity", "5 baht", "."]
)
def test_these_are_no_amounts(text):
    with pytest.raises(BadAmount) as error:
        parse_money(text, "USD")
    assert error.value.code == "not_an_amount"


def test_an_absurdly_long_number_is_refused():
    with pytest.raises(BadAmount):
        parse_money("9" * 40, "USD")


@pytest.mark.parametrize("code", ["", "usd", "XXX", "BTC"])
def test_an_unknown_currency_is_refused(code):
    with pytest.raises(BadAmount) as error:
        parse_money("5", code)
    assert error.value.code == "unknown_currency"
    with pytest.raises(ValueError, match="unknown currency"):
        Money(5, code)


@pytest.mark.parametrize("amount", [1.0, True, "5", Decimal(5), None])
def test_only_whole_numbers_are_money(amount):
    with pytest.raises(TypeError):
        Money(amount, "USD")


@given(amounts(), st.integers(-(10**12), 10**12))
def test_money_adds_and_compares_within_its_currency(money, other):
    second = Money(other, money.currency)
    assert money + second - second == money
    assert money + -money == Money(0, money.currency)
    assert (money < second) == (money.amount_minor < other)
    assert (money <= second) == (money.amount_minor <= other)
    assert bool(second) == (other != 0)


@pytest.mark.parametrize("mix", ["__add__", "__sub__", "__lt__", "__le__"])
def test_currencies_do_not_mix(mix):
    with pytest.raises(ValueError, match="do not mix"):
        getattr(Money(1, "USD"), mix)(Money(1, "THB"))


def test_exponents_and_minimums_are_those_of_iso_4217_and_stripe():
    known = {c.code: (c.exponent, c.minimum_minor) for c in CURRENCIES.values()}
    assert known["JPY"] == (0, 50)
    assert known["THB"] == (2, 1000)
    assert known["GBP"] == (2, 30)
    assert known["USD"] == known["NZD"] == known["EUR"] == (2, 50)
    assert known["KWD"][0] == 3
    assert all(c.minimum_minor % c.step_minor == 0 for c in CURRENCIES.values())


def test_a_budget_in_whole_baht_reads_without_satang_and_any_other_to_the_last_one():
    fee, fare, less = Money(850_000, "THB"), Money(120_050, "THB"), Money(-20_000, "THB")
    whole, exact = figure_column([fee, less]), figure_column([fee, fare])
    assert [whole(fee), whole(less)] == ["8,500", "\u2212200"]
    assert [exact(fee), exact(fare)] == ["8,500.00", "1,200.50"]
