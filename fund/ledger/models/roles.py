"""The chart of accounts as data: roles, their sides, and what restrictions there are."""

# A fund's cash. Money on its way to a payee has left it, so that account stands below zero.
CASH_ROLES = (
    "bank",
    "stripe_pending",
    "stripe_available",
    "payout_in_transit",
    "disbursement_in_transit",
)
# What is held at one receiving office; the other accounts belong to the fund alone.
OFFICE_ROLES = (*CASH_ROLES, "dispute_receivable", "tax_payable")
# Role -> the side on which the account grows.
ROLES: dict[str, str] = {
    "bank": "debit",
    "stripe_pending": "debit",
    "stripe_available": "debit",
    "payout_in_transit": "debit",
    "disbursement_in_transit": "credit",
    "dispute_receivable": "debit",
    "tax_payable": "credit",
    "contributions": "credit",
    "interest": "credit",
    "transfers_in": "credit",
    "opening_balances": "credit",
    "fx_position": "credit",
    "processing_fees": "debit",
    "refunds": "debit",
    "dispute_losses": "debit",
    "grants": "debit",
    "bank_charges": "debit",
    "transfers_out": "debit",
}
RESTRICTIONS = ("none", "purpose")
PURPOSES = ("education", "vocational")

# Charges younger than a fund's `reserve_days` are held back from new awards, because most refunds
# and disputes come early; a fund is opened with this many.
RESERVE_DAYS = 14

SCHEMA = {"schema": "ledger"}


def one_of(column: str, values: tuple[str, ...] | dict[str, str]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"
