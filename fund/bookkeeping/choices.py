"""What the pages call the kinds and states of entries: code -> msgid."""

from fund.i18n import N_

KINDS = {
    "manual": N_("Manual journal"),
    "reversal": N_("Reversal of a journal"),
    "transfer": N_("Transfer between funds"),
    "exchange": N_("Exchange between offices or currencies"),
    "opening_balance": N_("Opening balance"),
    "opening_award": N_("Open earlier award"),
    "award_payment": N_("Payment of an earlier award"),
    "award_freeing": N_("Rest of an earlier award set free"),
    "bank_charge": N_("Bank charge"),
    "interest": N_("Interest"),
    "tax_withheld": N_("Tax withheld on a payment"),
    "tax_on_fees": N_("Tax on fees"),
    "tax_remitted": N_("Tax remitted"),
}
# What each is for, where one chooses; a reversal begins at its journal, a payment at its award.
PURPOSES = {
    "bank_charge": N_("The bank took something for its services."),
    "interest": N_("The bank paid something for keeping the money."),
    "transfer": N_("One fund gives to another. Money given for a purpose stays with it."),
    "exchange": N_("Money went from one office's bank to another's, or into another currency."),
    "tax_withheld": N_("Part of a bill that a Thai office kept back and owes as tax."),
    "tax_on_fees": N_("Tax that a Thai office itself owes on fees that it paid."),
    "tax_remitted": N_("A Thai office paid to the revenue office what it owed."),
    "opening_balance": N_("What an account held when these books began."),
    "opening_award": N_("A grant promised before these books began, and not yet paid in full."),
    "manual": N_("What no other kind says, in your own words, with its document."),
}
STATES = {
    "proposed": N_("waits for a decision"),
    "booked": N_("booked"),
    "declined": N_("declined"),
    "withdrawn": N_("withdrawn"),
}
PAPER_KINDS = {"application/pdf": N_("PDF"), "image/jpeg": N_("Photograph")}
PAPER_STATES = {
    "pending": N_("The paper is on its way to the store."),
    "failed": N_("The paper did not arrive. Withdraw this entry and propose it again."),
}
RESTRICTIONS = {
    "none": N_("No donor restriction"),
    "education": N_("Only education"),
    "vocational": N_("Only vocational training"),
}
# The accounts that may hold something when the books begin.
OPENING_ROLES = ("bank", "stripe_available", "stripe_pending", "tax_payable")

PERIOD_STATES = {"open": N_("open"), "closing": N_("being closed"), "closed": N_("closed")}
# What is open in a period: kind -> what it is, where it is seen, and how its address calls it.
UNRECONCILED = {
    "difference": (
        N_("Difference between Stripe, bank and books"),
        "banking.reconciliation",
        "office",
    ),
    "payout": (N_("Payout of Stripe that was not at the bank"), "settlement.inbox", None),
    "run": (
        N_("Payment run that the bank had not shown whole"),
        "disbursements.run_show",
        "run_id",
    ),
    "payouts_rest": (
        N_("Payouts in transit: what no payout explains"),
        "ledger.account_show",
        "account_id",
    ),
    "payments_rest": (
        N_("Payments in transit: what no run explains"),
        "ledger.account_show",
        "account_id",
    ),
    "disputes": (N_("Money held in disputes"), "ledger.account_show", "account_id"),
    "stripe_line": (
        N_("Line of Stripe’s balance that is not in the books"),
        "settlement.inbox",
        None,
    ),
    "stripe_event": (N_("Event of Stripe that failed"), "settlement.inbox", None),
    "entry": (N_("Entry that waits for a second person"), "bookkeeping.entry_show", "entry_id"),
}
