"""Which office a gift goes to, and how it is paid there."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund.giving.offices import CHECKOUT, PROMPTPAY, Terms, choose, list_ways
from fund.money import CURRENCIES

ABROAD = Terms("nz", "NZD", ("card", "link"), takes_promptpay_qr=False, receipt_country="NZ")
THAI = Terms("th", "THB", (), takes_promptpay_qr=True, receipt_country="TH")
AMERICAN = Terms("us", "USD", ("card",), takes_promptpay_qr=False, receipt_country="US")

terms = st.builds(
    Terms,
    code=st.text("abcdef", min_size=2, max_size=6),
    currency=st.sampled_from(["THB", "NZD", "USD"]),
    stripe_methods=st.sets(st.sampled_from(["card", "link", "promptpay"])).map(
        lambda kinds: tuple(sorted(kinds))
    ),
    takes_promptpay_qr=st.booleans(),
    receipt_country=st.sampled_from([None, "TH", "NZ", "US"]),
)
wishes = st.fixed_dictionaries(
    {
        "country": st.sampled_from([None, "TH", "NZ", "US", "FR"]),
        "currency": st.sampled_from(sorted(CURRENCIES)),
        "wants_receipt": st.booleans(),
        "frequency": st.sampled_from(["once", "month", "year"]),
    }
)


@pytest.mark.parametrize(
    ("country", "currency", "wants_receipt", "office", "methods"),
    [
        ("TH", "THB", False, "th", (PROMPTPAY,)),
        (None, "THB", False, "th", (PROMPTPAY,)),
        ("TH", "THB", True, "th", (PROMPTPAY,)),
        ("FR", "THB", False, "nz", (CHECKOUT,)),  # no banking app that reads the code
        ("TH", "NZD", False, "nz", (CHECKOUT,)),
        ("NZ", "NZD", True, "nz", (CHECKOUT,)),
        ("NZ", "USD", True, "nz", (CHECKOUT,)),  # the receipt counts more than the exchange
        ("NZ", "USD", False, "us", (CHECKOUT,)),
        ("US", "USD", True, "us", (CHECKOUT,)),
        ("GB", "GBP", True, "nz", (CHECKOUT,)),
    ],
)
def test_the_office_follows_from_country_currency_and_wish(
    country, currency, wants_receipt, office, methods
):
    choice = choose(
        [ABROAD, THAI, AMERICAN], country=country, currency=currency, wants_receipt=wants_receipt
    )
    assert choice is not None
    assert (choice.office, choice.methods) == (office, methods)


def test_a_tax_receipt_is_promised_only_where_the_office_gives_one():
    def promised(country):
        choice = choose([ABROAD, THAI], country=country, currency="NZD", wants_receipt=True)
        return choice is not None and choice.gives_tax_receipt

    assert promised("NZ")
    assert not promised("US")
    assert not promised("TH")  # New Zealand dollars do not go to the Thai bank


def test_stripes_own_promptpay_takes_baht_and_only_once():
    office = replace(ABROAD, stripe_methods=("card", "promptpay"))
    assert office.stripe_types(currency="THB", frequency="once") == ("card", "promptpay")
    assert office.stripe_types(currency="NZD", frequency="once") == ("card",)
    assert office.stripe_types(currency="THB", frequency="month") == ("card",)


@given(st.lists(terms, max_size=4, unique_by=lambda t: t.code), wishes)
def test_an_office_is_found_exactly_if_one_can_take_the_gift(offices, wish):
    ways = {
        t.code: t.methods(
            currency=wish["currency"], country=wish["country"], frequency=wish["frequency"]
        )
        for t in offices
    }
    choice = choose(offices, **wish)
    assert (choice is None) == (not any(ways.values()))
    if choice is not None:
        assert choice.methods == ways[choice.office]
        assert choose(offices, **wish) == choice


@given(st.lists(terms, min_size=1, max_size=4, unique_by=lambda t: t.code), wishes)
def test_nobody_who_wishes_for_a_tax_receipt_is_sent_past_the_office_that_gives_it(offices, wish):
    choice = choose(offices, **wish | {"wants_receipt": True})
    able = [
        t
        for t in offices
        if t.receipt_country == wish["country"] is not None
        and t.methods(
            currency=wish["currency"], country=wish["country"], frequency=wish["frequency"]
        )
    ]
    assert choice is None or choice.gives_tax_receipt == bool(able)


@given(wishes)
def test_the_code_of_the_thai_bank_is_offered_for_baht_only(wish):
    choice = choose([ABROAD, THAI], **wish)
    if choice is not None and PROMPTPAY in choice.methods:
        assert (choice.office, wish["currency"]) == ("th", "THB")


def test_a_regular_gift_in_baht_can_be_pledged_in_thailand_or_paid_by_card_abroad():
    wish = {"country": "TH", "currency": "THB", "wants_receipt": False, "frequency": "month"}
    by = {method: choose([ABROAD, THAI], method=method, **wish) for method in (None, CHECKOUT)}
    assert by[None] is not None
    assert by[CHECKOUT] is not None
    assert (by[None].office, by[None].methods) == ("th", (PROMPTPAY,))
    assert (by[CHECKOUT].office, by[CHECKOUT].methods) == ("nz", (CHECKOUT,))
    del wish["wants_receipt"]
    assert list_ways([ABROAD, THAI], **wish) == (PROMPTPAY, CHECKOUT)
