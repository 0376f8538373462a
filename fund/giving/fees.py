"""What a payment will cost, as an honest range, and what covers it. Whole numbers only.

Before a card is chosen nobody knows its fee: it differs by where the card is from and whether the
currency is exchanged. So the page says from-to; the true fee follows with the balance transaction,
and what was given beyond it stays with the fund.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from fund.ledger.models import Office
from fund.money import CURRENCIES, Money

WHOLE = 10_000  # basis points
# A rate moves between the day it was entered and the payment: the fixed part's bounds give way by
# as much to either side.
SWAY_BP = 300


@dataclass(frozen=True)
class FeeTable:
    """An office's agreement with Stripe: shares of the charge in basis points, and a fixed part in
    the office's currency. `international_bp` and `conversion_bp` come on top of `percent_bp`."""

    percent_bp: int
    fixed: Money
    international_bp: int = 0
    conversion_bp: int = 0


@dataclass(frozen=True)
class FeeRange:
    """The least and the most that a charge in one currency can cost."""

    low_bp: int
    high_bp: int
    low_fixed: Money
    high_fixed: Money

    def low(self, amount: Money) -> Money:
        return self.low_fixed + Money(amount.amount_minor * self.low_bp // WHOLE, amount.currency)

    def high(self, amount: Money) -> Money:
        return self.high_fixed + Money(
            -(-amount.amount_minor * self.high_bp // WHOLE), amount.currency
        )

    def cover(self, amount: Money) -> Money:
        """The least to add so that the highest fee of the whole still leaves `amount`."""
        kept = amount + self.high_fixed
        step = CURRENCIES[amount.currency].step_minor
        gross = -(-kept.amount_minor * WHOLE // (WHOLE - self.high_bp))
        return Money(-(-gross // step) * step, amount.currency) - amount


def read_table(office: Office, table: Mapping[str, int]) -> FeeTable:
    """The fee table as it is kept with the office's terms."""
    return FeeTable(
        percent_bp=table["percent_bp"],
        fixed=Money(table["fixed_minor"], office.currency),
        international_bp=table.get("international_bp", 0),
        conversion_bp=table.get("conversion_bp", 0),
    )


def find_range(table: FeeTable, currency: str, rates: Mapping[str, Decimal]) -> FeeRange | None:
    """What a charge in `currency` can cost; `rates` as from `ledger.queries.rates_at`.

    None while the books know no rate to tell the fixed part in that currency: then the page
    promises nothing.
    """
    conversion = table.conversion_bp if currency != table.fixed.currency else 0
    fixed = _fixed(table.fixed, currency, rates)
    if fixed is None:
        return None
    return FeeRange(
        low_bp=table.percent_bp + conversion,
        high_bp=table.percent_bp + table.international_bp + conversion,
        low_fixed=fixed[0],
        high_fixed=fixed[1],
    )


def _fixed(fixed: Money, currency: str, rates: Mapping[str, Decimal]) -> tuple[Money, Money] | None:
    """`fixed` in `currency`, rounded down less the sway, and up more the sway."""
    if currency == fixed.currency:
        return fixed, fixed
    if currency not in rates or fixed.currency not in rates:
        return None
    above, below = (rates[c].as_integer_ratio() for c in (fixed.currency, currency))
    dividend = fixed.amount_minor * above[0] * below[1] * 10 ** CURRENCIES[currency].exponent
    divisor = above[1] * below[0] * 10 ** CURRENCIES[fixed.currency].exponent * WHOLE
    low = dividend * (WHOLE - SWAY_BP) // divisor
    high = -(-dividend * (WHOLE + SWAY_BP) // divisor)
    return Money(low, currency), Money(high, currency)
