"""Closed lists of what Stripe sends: code -> msgid."""

from fund.i18n import N_

EVENT_STATES = {
    "waiting": N_("waiting"),
    "asking": N_("Stripe is asked"),
    "failed": N_("failed"),
    "done": N_("done"),
    "ignored": N_("nothing to do"),
}
# Why an event failed, in words for who reads the inbox.
FAILURES = {
    "stripe_unavailable": N_("Stripe did not answer."),
    "stripe_busy": N_("Too many calls to Stripe at once."),
    "stripe_not_set_up": N_("This office is not connected to Stripe."),
    "stripe_refused": N_("Stripe does not know what the event is about."),
    "gift_unknown": N_("The gift it names is not here."),
    "paid_amount_differs": N_("Another amount was paid than was given."),
    "paid_twice": N_("The gift was paid a second time: one payment must be given back."),
}
FAILURE_OF_OURS = N_("A fault in this service. It is in the log of the server.")
CATEGORIES = {
    "charge": N_("Gift"),
    "refund": N_("Refund"),
    "refund_failure": N_("Refund that failed"),
    "dispute": N_("Dispute"),
    "dispute_reversal": N_("Dispute given back"),
    "fee": N_("Stripe fee"),
    "tax": N_("Tax on fees"),
    "network_cost": N_("Cost of the card network"),
    "other_adjustment": N_("Adjustment"),
    "topup": N_("Top-up"),
    "topup_reversal": N_("Top-up that failed"),
    "payout": N_("Payout"),
    "payout_reversal": N_("Payout that failed"),
    "payout_minimum_balance_hold": N_("Kept back by a payout"),
    "payout_minimum_balance_release": N_("Kept back before, and free again"),
}
# Why a line is not in the books yet.
LINE_REASONS = {
    "gift_unknown": N_("It waits for the gift that it paid."),
    "charge_unknown": N_("It waits for its gift’s own line."),
    "refund_unknown": N_("It waits for the refund’s own line."),
    "dispute_unknown": N_("It waits for the dispute’s own line."),
    "payout_unknown": N_("It waits for the payout’s own line."),
    "payout_open": N_("It waits until Stripe has listed all that the payout carries."),
    "no_such_account": N_("The office has no account in this currency."),
    "period_closed": N_("The period of its day is closed."),
}
LINE_NOT_KNOWN = N_("No rule of ours knows this kind of line.")
