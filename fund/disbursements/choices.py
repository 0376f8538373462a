"""Closed lists of payees, runs and payments: code -> msgid, as in the tables' CHECKs."""

from fund.i18n import N_

RUN_STATES = {
    "prepared": N_("Waits for approval"),
    "approved": N_("Approved"),
    "sent": N_("Sent to the bank"),
    "closed": N_("Confirmed by the bank"),
    "cancelled": N_("Cancelled"),
}

PAYMENT_STATES = {
    "prepared": N_("In the run"),
    "sent": N_("Sent to the bank"),
    "paid": N_("Paid"),
    "returned": N_("Returned"),
    "cancelled": N_("Cancelled"),
}

RETURN_REASONS = {
    "account_closed": N_("The account is closed"),
    "wrong_account": N_("Account and name do not agree"),
    "refused_by_payee": N_("The payee sent it back"),
    "other": N_("Another reason, in the bank's paper"),
}
