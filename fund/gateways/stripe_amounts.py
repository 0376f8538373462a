"""Between our minor units and Stripe's integers: exact, or refused.

Nearly always the two are the same number. Stripe's page "Supported currencies" has the exceptions:
the króna has no decimals, yet its amounts travel with two that are 00; of a three-decimal currency
what is charged ends in 0. (Forint has two decimals here as there: that a payout is of whole ones
changes nothing, since Stripe makes the payouts.)
"""

from decimal import Decimal

from fund.money import CURRENCIES, Money

_HUNDREDFOLD = frozenset({"ISK"})


class NotExact(ValueError):
    """The amount cannot be said in the other's units."""


def to_stripe(money: Money) -> int:
    """What Stripe is told to charge or to give back. Raises NotExact if it takes no such amount."""
    if money.amount_minor % CURRENCIES[money.currency].step_minor:
        raise NotExact(f"Stripe takes {money.currency} in larger steps")
    return money.amount_minor * _factor(money.currency)


def from_stripe(amount: int, currency: str) -> Money:
    """An amount of Stripe's, of a currency of ours. Raises NotExact."""
    return Money(minor_from_stripe(amount, currency), currency.upper())


def minor_from_stripe(amount: int, currency: str) -> int:
    """The same in minor units, of any currency: the balance may hold what is none of ours."""
    minor, rest = divmod(amount, _factor(currency.upper()))
    if rest:
        raise NotExact(f"{currency} has no parts")
    return minor


def rate_from_stripe(rate: str | float, presented: str, settled: str) -> Decimal:
    """Stripe's rate from its `presented` units to its `settled` ones, between minor units."""
    return Decimal(str(rate)) * _factor(presented.upper()) / _factor(settled.upper())


def _factor(currency: str) -> int:
    return 100 if currency in _HUNDREDFOLD else 1
