"""The words of this room's error codes."""

from fund.i18n import N_

TEXTS: dict[str, str] = {
    "dispute_decided": N_("This dispute waits for no answer."),
    "alert_decided": N_("This is decided already."),
    "event_not_done": N_("This event is still to be done; only what is done is replayed."),
    "refund_too_large": N_("So much of the gift is not left."),
    "refund_currency": N_("Please write an amount that can be given back in this currency."),
    "payout_came_back": N_("This payout failed: its money is back at Stripe."),
    "payout_arrived_already": N_("This payout was found at the bank already."),
    "arrival_impossible": N_("The bank's day lies between the payout and today."),
}
