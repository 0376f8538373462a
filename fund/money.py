"""Money: whole numbers of a currency's minor unit, never a float.

Exponents are those of ISO 4217; minimum charges are Stripe's ("Minimum and maximum charge
amounts", read 2026-11): the least that may be charged in the currency, before any conversion.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation


@dataclass(frozen=True)
class Currency:
    """`exponent`: decimals of the minor unit. `minimum_minor`: least charge in minor units."""

    code: str
    exponent: int
    minimum_minor: int
    symbol: str
    step_minor: int = 1  # three-decimal amounts must end in 0 at Stripe
    is_offered: bool = True  # to donors; what Stripe may hold needs to be known all the same


CURRENCIES: dict[str, Currency] = {
    currency.code: currency
    for currency in (
        Currency("THB", 2, 1000, "฿"),
        Currency("USD", 2, 50, "US$"),
        Currency("EUR", 2, 50, "€"),
        Currency("GBP", 2, 30, "£"),
        Currency("AUD", 2, 50, "A$"),
        Currency("NZD", 2, 50, "NZ$"),
        Currency("SGD", 2, 50, "S$"),
        Currency("JPY", 0, 50, "¥"),
        Currency("KWD", 3, 500, "KD ", step_minor=10),
        Currency("HUF", 2, 175_00, "Ft ", is_offered=False),
        Currency("ISK", 0, 1, "kr ", is_offered=False),
    )
}
OFFERED = tuple(code for code, currency in CURRENCIES.items() if currency.is_offered)

THB = "THB"  # grants are asked for, reserved and paid in it, and the funds are counted in it


class BadAmount(ValueError):
    """The text is no amount of the currency; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, order=False)
class Money:
    """`amount_minor` of `currency` (ISO 4217, upper case). Adds and compares within a currency."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int:
            raise TypeError("amount_minor is a whole number")
        if self.currency not in CURRENCIES:
            raise ValueError(f"unknown currency {self.currency!r}")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount_minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount_minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount_minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount_minor <= self._same(other)

    def __bool__(self) -> bool:
        return self.amount_minor != 0

    def decimal(self) -> Decimal:
        """The amount in the major unit, exact."""
        return Decimal(self.amount_minor).scaleb(-CURRENCIES[self.currency].exponent)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")
        return other.amount_minor


def baht(satang: int) -> Money:
    """Satang as money."""
    return Money(satang, THB)


def translate(money: Money, rate: Decimal) -> Money:
    """What `money` is worth in THB at `rate` baht a unit; half a satang goes to the even one."""
    whole, parts = rate.as_integer_ratio()
    shift = CURRENCIES[THB].exponent - CURRENCIES[money.currency].exponent
    dividend, divisor = money.amount_minor * whole, parts
    if shift >= 0:
        dividend *= 10**shift
    else:
        divisor *= 10**-shift
    satang, rest = divmod(dividend, divisor)
    return baht(satang + (2 * rest + satang % 2 > divisor))


def parse_money(text: str, currency: str) -> Money:
    """Read what a person typed (`1,500`, `12.50`, `฿1500`, Thai digits) as an exact amount.

    Raises BadAmount with code `not_an_amount`, `too_many_decimals` or `unknown_currency`.
    Signs, exponents and words are no amounts; limits are the caller's rule.
    """
    if currency not in CURRENCIES:
        raise BadAmount("unknown_currency")
    unit = CURRENCIES[currency]
    plain = text.strip().replace(",", "").replace("\u00a0", "").replace(" ", "")
    plain = plain.removeprefix(unit.symbol.strip()).removeprefix(currency)
    plain = plain.translate(_THAI_DIGITS)
    if not plain or any(character not in "0123456789." for character in plain) or len(plain) > 15:
        raise BadAmount("not_an_amount")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise BadAmount("not_an_amount")
    minor = value.scaleb(unit.exponent)
    if minor != minor.to_integral_value():
        raise BadAmount("too_many_decimals")
    if int(minor) % unit.step_minor:
        raise BadAmount("too_many_decimals")
    return Money(int(minor), currency)


_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
