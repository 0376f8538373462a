"""Names of accounts that both syntaxes take: five roots, and parts of ASCII letters and digits."""

import re
from collections.abc import Iterable

# Role -> the first two parts of the name.
ROOTS = {
    "bank": "Assets:Bank",
    "stripe_pending": "Assets:StripePending",
    "stripe_available": "Assets:StripeAvailable",
    "payout_in_transit": "Assets:PayoutInTransit",
    "dispute_receivable": "Assets:DisputeReceivable",
    "disbursement_in_transit": "Liabilities:DisbursementInTransit",
    "tax_payable": "Liabilities:TaxPayable",
    "opening_balances": "Equity:OpeningBalances",
    "fx_position": "Equity:FxPosition",
    "contributions": "Income:Contributions",
    "interest": "Income:Interest",
    "transfers_in": "Income:TransfersIn",
    "processing_fees": "Expenses:ProcessingFees",
    "refunds": "Expenses:Refunds",
    "dispute_losses": "Expenses:DisputeLosses",
    "grants": "Expenses:Grants",
    "bank_charges": "Expenses:BankCharges",
    "transfers_out": "Expenses:TransfersOut",
}


def unique_names(accounts: Iterable[tuple[str, str | None, str, str]]) -> list[str]:
    """A name for each (role, office, fund, currency), such as `Assets:Bank:Th:General:THB`.

    Two codes that differ only in what a name cannot hold are told apart by a number.
    """
    taken: set[str] = set()
    names = []
    for role, office, fund, currency in accounts:
        parts = (_part(code) for code in (office, fund, currency) if code is not None)
        wanted = ":".join((ROOTS[role], *parts))
        name, number = wanted, 1
        while name in taken:
            number += 1
            name = f"{wanted}-{number}"
        taken.add(name)
        names.append(name)
    return names


def _part(code: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9-]+", "-", code).strip("-") or "X"
    return plain[0].upper() + plain[1:]
