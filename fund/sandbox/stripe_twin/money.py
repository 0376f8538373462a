"""Minor units, minimum charges, exchange and fees. Integers and decimals only.

Rates are invented and fixed, so that a practice gift always comes to the same figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Context, Decimal

EXPONENT = {
    "thb": 2,
    "usd": 2,
    "eur": 2,
    "gbp": 2,
    "aud": 2,
    "nzd": 2,
    "sgd": 2,
    "jpy": 0,
    "kwd": 3,
    "huf": 2,
    "isk": 2,
}
# Stripe page "Supported currencies": the króna has no parts, though its amounts travel with two
# digits for them; forints have, but a payout is of whole ones.
STEP = {"isk": 100}
PAYOUT_STEP = {"isk": 100, "huf": 100}
MAXIMUM = 99_999_999

# Stripe page "Supported currencies", minimum charge amounts; others follow the settlement currency.
_MINIMUM = {
    "usd": 50,
    "aud": 50,
    "eur": 50,
    "nzd": 50,
    "sgd": 50,
    "gbp": 30,
    "jpy": 50,
    "thb": 1000,
    "huf": 17_500,
}

_USD_PER_UNIT = {
    "usd": Decimal("1"),
    "nzd": Decimal("0.5950"),
    "aud": Decimal("0.6540"),
    "eur": Decimal("1.1580"),
    "gbp": Decimal("1.3170"),
    "sgd": Decimal("0.7690"),
    "thb": Decimal("0.0308"),
    "jpy": Decimal("0.00645"),
    "kwd": Decimal("3.2580"),
    "huf": Decimal("0.00296"),
    "isk": Decimal("0.00802"),
}
_RATE_DIGITS = Context(prec=6)
_TEN_THOUSAND = Decimal(10_000)

_SYMBOL = {
    "thb": "฿",
    "usd": "US$",
    "eur": "€",
    "gbp": "£",
    "aud": "A$",
    "nzd": "NZ$",
    "sgd": "S$",
    "jpy": "¥",
    "kwd": "KWD ",
    "huf": "Ft ",
    "isk": "ISK ",
}


@dataclass(frozen=True)
class Fees:
    """An account's price list: parts of ten thousand, and sums in the settlement currency.

    `dispute` is taken for every dispute, `countered_dispute` for an answer to one.
    """

    percent_bp: int
    fixed: int
    international_bp: int
    conversion_bp: int
    tax_bp: int = 0
    dispute: int = 1500
    countered_dispute: int = 0


@dataclass(frozen=True)
class FeeLine:
    kind: str
    description: str
    amount: int


def rate(source: str, target: str, drift_bp: int = 0) -> Decimal | None:
    """What one minor unit of `source` is in minor units of `target`; None within one currency.

    Minor to minor, as `balance_transaction.exchange_rate` is described; six digits, so that
    the JSON number is exactly the rate that was used. `drift_bp` is how far the market has moved
    since, in parts of ten thousand.
    """
    if source == target:
        return None
    moved = 1 + Decimal(drift_bp) / _TEN_THOUSAND
    per_major = moved * _USD_PER_UNIT[source] / _USD_PER_UNIT[target]
    return _RATE_DIGITS.create_decimal(per_major.scaleb(EXPONENT[target] - EXPONENT[source]))


def convert(amount: int, source: str, target: str, drift_bp: int = 0) -> int:
    """`amount` in minor units of `target`, rounded half away from zero."""
    factor = rate(source, target, drift_bp)
    return amount if factor is None else _rounded(amount * factor, STEP.get(target, 1))


def minimum(currency: str, settlement_currency: str) -> int:
    """The smallest charge in `currency` for an account that settles in another."""
    if currency in _MINIMUM:
        return _MINIMUM[currency]
    base = settlement_currency if settlement_currency in _MINIMUM else "usd"
    least = _MINIMUM[base] * (rate(base, currency) or Decimal(1))
    step = step_of(currency)
    return int((least / step).to_integral_value(ROUND_CEILING)) * step


def step_of(currency: str) -> int:
    """What is charged is a multiple of it."""
    return 10 if EXPONENT[currency] == 3 else STEP.get(currency, 1)


def fee_lines(
    amount: int, fees: Fees, *, is_international: bool, is_converted: bool, step: int = 1
) -> Sequence[FeeLine]:
    """Stripe's fees on a charge of `amount` (settlement currency), in lines that add up, each in
    multiples of `step`."""
    percent = fees.percent_bp + (fees.international_bp if is_international else 0)
    lines = [
        FeeLine("stripe_fee", "Stripe processing fees", fees.fixed + share(amount, percent, step)),
    ]
    if is_converted:
        lines.append(
            FeeLine(
                "stripe_fee",
                "Stripe currency conversion fee",
                share(amount, fees.conversion_bp, step),
            )
        )
    if fees.tax_bp:
        taxed = sum(line.amount for line in lines)
        lines.append(FeeLine("tax", "Tax on Stripe fees", share(taxed, fees.tax_bp, step)))
    return lines


def formatted(amount: int, currency: str) -> str:
    """`NZ$50.00`, `¥1,000`, `KWD 5.000`."""
    digits = EXPONENT[currency]
    return f"{_SYMBOL[currency]}{Decimal(amount).scaleb(-digits):,.{digits}f}"


def share(amount: int, basis_points: int, step: int = 1) -> int:
    return _rounded(amount * Decimal(basis_points) / _TEN_THOUSAND, step)


def _rounded(value: Decimal, step: int = 1) -> int:
    return int((value / step).to_integral_value(ROUND_HALF_UP)) * step
