"""What the pages call the kinds of journal and the accounts: code -> msgid."""

from collections.abc import Mapping

from fund.i18n import N_, gettext

KIND_NAMES = {
    "charge": N_("Gift by card or wallet"),
    "available": N_("Money became available at Stripe"),
    "payout": N_("Payout on its way to the bank"),
    "payout_arrived": N_("Payout arrived at the bank"),
    "payout_failed": N_("Payout failed"),
    "refund": N_("Refund"),
    "refund_failed": N_("Refund failed"),
    "dispute_opened": N_("Dispute opened"),
    "dispute_won": N_("Dispute won"),
    "dispute_lost": N_("Dispute lost"),
    "stripe_fee": N_("Stripe fee of no gift"),
    "adjustment": N_("Stripe adjustment of no gift"),
    "top_up": N_("Top-up of the Stripe balance"),
    "top_up_paid": N_("Top-up shown by the bank"),
    "gift_to_bank": N_("Gift to the bank"),
    "payment_sent": N_("Payment sent"),
    "payment_confirmed": N_("Payment confirmed by the bank"),
    "payment_returned": N_("Payment returned"),
    "bank_charge": N_("Bank charge"),
    "interest": N_("Interest"),
    "tax_withheld": N_("Tax withheld on a payment"),
    "tax_on_fees": N_("Tax on fees"),
    "tax_remitted": N_("Tax remitted"),
    "transfer_between_funds": N_("Transfer between funds"),
    "exchange": N_("Exchange"),
    "opening_balance": N_("Opening balance"),
    "adopted_award_paid": N_("Payment of an earlier award"),
    "manual": N_("Manual journal"),
    "reversal": N_("Reversal"),
}

ROLE_NAMES = {
    "bank": N_("Bank"),
    "stripe_pending": N_("Stripe, pending"),
    "stripe_available": N_("Stripe, available"),
    "payout_in_transit": N_("Payouts in transit"),
    "disbursement_in_transit": N_("Payments in transit"),
    "dispute_receivable": N_("Money held in disputes"),
    "tax_payable": N_("Tax to be remitted"),
    "contributions": N_("Contributions"),
    "interest": N_("Interest"),
    "transfers_in": N_("Transfers from other funds"),
    "opening_balances": N_("Opening balances"),
    "fx_position": N_("Currency exchange"),
    "processing_fees": N_("Processing fees"),
    "refunds": N_("Refunds"),
    "dispute_losses": N_("Lost disputes"),
    "grants": N_("Grants"),
    "bank_charges": N_("Bank charges"),
    "transfers_out": N_("Transfers to other funds"),
}

# Who told a fact that was booked; what follows a colon is the office.
SOURCE_NAMES = {
    "adoption": N_("Balances at the start"),
    "disbursements": N_("Payments"),
    "giving": N_("Gifts"),
    "stripe": N_("Stripe"),
}

# Why money is held back; what follows a colon names the very inquiry or doubt.
HOLD_CAUSES = {
    "inquiry": N_("A bank asks about it"),
    "warning": N_("A card’s bank warns of fraud"),
    "review": N_("Stripe finds the gift risky"),
}


def source_name(source: str) -> str:
    """A journal's source in words, `Stripe · nz`; an unknown one as it stands."""
    return _in_words(source, SOURCE_NAMES)


def cause_name(cause: str) -> str:
    """A hold's cause in words, `A bank asks about it · dp_1`; an unknown one as it stands."""
    return _in_words(cause, HOLD_CAUSES)


def _in_words(code: str, names: Mapping[str, str]) -> str:
    kind, _, which = code.partition(":")
    name = str(gettext(names[kind])) if kind in names else kind
    return f"{name} · {which}" if which else name
