"""Which office a gift goes to, and how it can be paid there (PRODUCT, Money rules). Pure rules.

A receipt for the donor's taxes counts most, then the way that a donor in Thailand pays, then the
currency that an office settles in, so that as little as possible is lost to exchange.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fund.money import THB

CHECKOUT, PROMPTPAY = "checkout", "promptpay"
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
        if self.takes_promptpay_qr and is_thai and frequency == ONCE:
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
) -> Choice | None:
    """The office of such a gift, by the first rule that one meets; None if nobody can take it.

    Of several the one that comes first in `offices` is taken.
    """
    ways = [
        (terms, terms.methods(currency=currency, country=country, frequency=frequency))
        for terms in offices
    ]
    able = [(terms, methods) for terms, methods in ways if methods]
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


def _counts_in(terms: Terms, country: str | None) -> bool:
    return country is not None and terms.receipt_country == country
