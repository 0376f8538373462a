"""Exchange and fees are whole numbers that add up, in every currency."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund.sandbox.stripe_twin.money import (
    EXPONENT,
    MAXIMUM,
    STEP,
    Fees,
    convert,
    fee_lines,
    formatted,
    minimum,
    rate,
)

from .fixtures import order

currencies = st.sampled_from(sorted(EXPONENT))
amounts = st.integers(1, MAXIMUM)
fees = st.builds(
    Fees,
    percent_bp=st.integers(0, 1000),
    fixed=st.integers(0, 100),
    international_bp=st.integers(0, 300),
    conversion_bp=st.integers(0, 300),
    tax_bp=st.integers(0, 2500),
)


@given(amounts, currencies, currencies)
def test_the_rate_that_is_shown_gives_the_amount_that_is_booked(amount, source, target):
    booked = convert(amount, source, target)
    shown = rate(source, target)
    assert isinstance(booked, int)
    if source == target:
        assert (booked, shown) == (amount, None)
    else:
        # What a reader of the JSON number computes is within half of what is not divided further.
        step = STEP.get(target, 1)
        assert booked % step == 0
        assert abs(Decimal(str(float(shown))) * amount - booked) <= Decimal(step) / 2
        assert convert(-amount, source, target) == -booked


@given(amounts, fees, st.booleans(), st.booleans())
def test_fee_lines_are_whole_and_never_negative(amount, table, is_international, is_converted):
    lines = fee_lines(amount, table, is_international=is_international, is_converted=is_converted)
    assert all(isinstance(line.amount, int) and line.amount >= 0 for line in lines)
    plain = fee_lines(amount, table, is_international=False, is_converted=False)
    assert sum(line.amount for line in lines) >= sum(line.amount for line in plain)


@given(currencies, currencies)
def test_the_least_amount_is_one_that_stripe_would_take(currency, settlement):
    least = minimum(currency, settlement)
    assert least > 0
    assert EXPONENT[currency] != 3 or least % 10 == 0


@pytest.mark.parametrize(
    ("amount", "currency", "card_country", "gross", "fee"),
    [
        # 2.7 % + 0.30 at home; 1 % more abroad; 2 % more when converted. Halves round up.
        (5000, "nzd", "NZ", 5000, 165),
        (5000, "nzd", "US", 5000, 215),
        (5000, "usd", "US", 8403, 509),
        (1000, "jpy", "JP", 1084, 92),
        (1000, "kwd", "KW", 548, 61),
    ],
)
def test_a_charge_is_booked_to_the_cent(twin, api, amount, currency, card_country, gross, fee):
    gift = {
        "amount": amount,
        "currency": currency,
        "created": 1_700_000_000,
        "card_country": card_country,
        "client_reference_id": "gift-1",
    }
    twin.control("seed", gifts=[gift])
    (line,) = api.v1.balance_transactions.list().data
    assert (line.amount, line.fee, line.net) == (gross, fee, gross - fee)
    assert line.currency == "nzd"
    assert sum(part.amount for part in line.fee_details) == fee


def test_refunding_keeps_the_fee(twin, api):
    session = api.v1.checkout.sessions.create(order(amount=10_000, currency="usd"))
    paid = twin.control("pay", session_id=session.id)
    charge = paid["payment_intent"]["latest_charge"]
    for amount in (2500, 7500):
        api.v1.refunds.create({"payment_intent": paid["payment_intent"]["id"], "amount": amount})
    lines = api.v1.balance_transactions.list({"type": "refund"}).data
    assert [(line.fee, line.net == line.amount) for line in lines] == [(0, True), (0, True)]
    assert sum(line.net for line in api.v1.balance_transactions.list().data) == (
        -charge["balance_transaction"]["fee"]
    )


def test_amounts_are_written_with_their_decimals():
    assert formatted(155_500, "thb") == "฿1,555.00"
    assert formatted(1000, "jpy") == "¥1,000"
    assert formatted(5000, "kwd") == "KWD 5.000"
