"""How a fund's net assets changed in some days, and why: what activities and fund reports share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from fund.i18n import N_
from fund.ledger.statements.figures import AccountFigures, Figures, by_fund
from fund.money import THB

# What changes net assets, in the order in which statements say it: line -> its accounts' roles.
LINES: dict[str, tuple[str, ...]] = {
    "gifts": ("contributions",),
    "refunds": ("refunds",),
    "dispute_losses": ("dispute_losses",),
    "interest": ("interest",),
    "grants": ("grants",),
    "processing_fees": ("processing_fees",),
    "bank_charges": ("bank_charges",),
    "transfers": ("transfers_in", "transfers_out"),
    "opening_balances": ("opening_balances",),
}
# What a restricted fund spends is released from its restriction by being spent.
EXPENSES = ("grants", "processing_fees", "bank_charges")
LINE_NAMES = {
    "gifts": N_("Gifts"),
    "refunds": N_("Refunds"),
    "dispute_losses": N_("Lost disputes"),
    "interest": N_("Interest"),
    "grants": N_("Grants"),
    "processing_fees": N_("Processing fees"),
    "bank_charges": N_("Bank charges"),
    "transfers": N_("Transfers between funds"),
    "opening_balances": N_("Opening balances"),
    "first_rate": N_("Foreign cash translated for the first time"),
    "exchange": N_("Gain or loss on exchange"),
}


@dataclass(frozen=True)
class Changes:
    """Satang; what makes the fund richer is more than nothing, so opening + lines = closing.

    `first_rate` is foreign cash of before the days for which there was no rate then. `exchange`
    is what exchanging brought or cost at the rates of the day, and what the change of the rates
    did to what was held meanwhile (with it, the rounding of the translations).
    """

    opening: int
    closing: int
    lines: Mapping[str, int]

    @property
    def spent(self) -> int:
        """The expenses, as more than nothing."""
        return -sum(self.lines[line] for line in EXPENSES)


def changes_of(figures: Figures) -> dict[UUID, Changes]:
    """Of each fund; what has no rate at the end of the days is left out throughout."""
    accounts = by_fund(figures.accounts)
    return {fund.id: _changes(figures, accounts.get(fund.id, [])) for fund in figures.funds}


def _changes(figures: Figures, accounts: Sequence[AccountFigures]) -> Changes:
    held = [a for a in accounts if a.is_held]
    opening = sum(figures.worth_before(a, a.opening) or 0 for a in held)
    closing = sum(figures.worth(a, a.closing) or 0 for a in held)
    lines = {line: _sum(figures, accounts, roles) for line, roles in LINES.items()}
    lines["first_rate"] = sum(
        figures.worth(a, a.opening) or 0
        for a in held
        if a.account.currency != THB and a.account.currency not in figures.rates_before
    )
    lines["exchange"] = closing - opening - sum(lines.values())
    return Changes(opening, closing, lines)


def _sum(figures: Figures, accounts: Iterable[AccountFigures], roles: Sequence[str]) -> int:
    return sum(figures.worth(a, a.change) or 0 for a in accounts if a.account.role in roles)
