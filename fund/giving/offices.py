"""Which office a gift goes to, and how it can be paid there (PRODUCT, Money rules). Pure rules.

A receipt for the donor's taxes counts most, then the way that a donor in Thailand pays, then the
currency that an office settles in, so that as little as possible is lost to exchange.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fund.money import THB

CHECKOUT, PROMPTPAY = "checkout", "promptpay"
CARD = "card"  # what a plan is paid by, where it is no pledge
NO_TAX_RECEIPT = "none"
ONCE = "once"
THAILAND = "TH"


@dataclass(frozen=True)
class Terms:
    """What counts of an office here. `stripe_methods` is empty where it takes no cards.

    `receipt_country`: whose taxes its receipts count for, None if for nobody's.
    """

    code: str
    currency: str
    stripe_methods: tuple[str, ...]
    takes_promptpay_qr: bool
    receipt_country: str | None

    def methods(self, *, currency: str, country: str | None, frequency: str) -> tuple[str, ...]:
        """How such a gift can be paid here, the likelier way first; none if it cannot."""
        found = []
        is_thai = currency == THB and country in (None, THAILAND)
        if self.takes_promptpay_qr and is_thai:
            found.append(PROMPTPAY)
        if self.stripe_types(currency=currency, frequency=frequency):
            found.append(CHECKOUT)
        return tuple(found)

    def stripe_types(self, *, currency: str, frequency: str) -> tuple[str, ...]:
        """The kinds of payment for Stripe's page. Its own PromptPay takes baht only, and once."""
        return tuple(
            kind
            for kind in self.stripe_methods
            if kind != "promptpay" or (currency == THB and frequency == ONCE)
        )


@dataclass(frozen=True)
class Choice:
    """The office of a gift and the ways to pay it there. `gives_tax_receipt`: for this donor."""

    office: str
    methods: tuple[str, ...]
    gives_tax_receipt: bool


def choose(
    offices: Sequence[Terms],
    *,
    country: str | None,
    currency: str,
    wants_receipt: bool,
    frequency: str = ONCE,
    method: str | None = None,
) -> Choice | None:
    """The office of such a gift, by the first rule that one meets; None if nobody can take it.

    `method`: how the donor wishes to pay, where there is a choice. Of several offices the one that
    comes first in `offices` is taken.
    """
    ways = [
        (terms, terms.methods(currency=currency, country=country, frequency=frequency))
        for terms in offices
    ]
    able = [(terms, methods) for terms, methods in ways if methods]
    able = [way for way in able if method in way[1]] or able
    for fits in (
        lambda terms, _: wants_receipt and _counts_in(terms, country),
        lambda _, methods: PROMPTPAY in methods,
        lambda terms, _: terms.currency == currency,
        lambda *_: True,
    ):
        for terms, methods in able:
            if fits(terms, methods):
                return Choice(terms.code, methods, _counts_in(terms, country))
    return None


def list_ways(
    offices: Sequence[Terms], *, country: str | None, currency: str, frequency: str
) -> tuple[str, ...]:
    """How such a gift can be paid at any of the offices, the likelier way first."""
    found = {
        method
        for terms in offices
        for method in terms.methods(currency=currency, country=country, frequency=frequency)
    }
    return tuple(method for method in (PROMPTPAY, CHECKOUT) if method in found)


def _counts_in(terms: Terms, country: str | None) -> bool:
    return country is not None and terms.receipt_country == country
