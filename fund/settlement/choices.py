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
    "fee": N_("Stripe fee"),
    "payout": N_("Payout"),
}
