"""Closed lists of what Stripe sends: code -> msgid."""

from fund.i18n import N_

EVENT_STATES = {
    "waiting": N_("waiting"),
    "asking": N_("Stripe is asked"),
    "failed": N_("failed"),
    "done": N_("done"),
    "ignored": N_("nothing to do"),
}
# Why somebody looks at an event again that is done.
REPLAY_REASONS = {
    "mended": N_("A fault in this service is mended since"),
    "doubt": N_("What came of it looks wrong"),
    "question": N_("An auditor or Stripe asks about it"),
    "drill": N_("A drill"),
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

# The first three are Stripe's own; the others are ours, and Stripe is told none.
REFUND_REASONS = {
    "requested_by_customer": N_("The donor asks for it"),
    "duplicate": N_("It was given twice"),
    "fraudulent": N_("It is fraud"),
    "wrong_amount": N_("The amount was a mistake"),
    "not_accepted": N_("The fund does not accept this gift"),
}
NO_REASON = N_("No reason was given at Stripe")
REFUND_STATES = {
    "asked": N_("waits for a second person"),
    "approved": N_("goes to Stripe"),
    "declined": N_("declined"),
    "sending": N_("goes to Stripe"),
    "refused": N_("refused by Stripe"),
    "pending": N_("on its way"),
    "requires_action": N_("waits for the donor’s bank details"),
    "succeeded": N_("given back"),
    "failed": N_("failed: the money is back"),
    "canceled": N_("lapsed: the money is back"),
}
PENDING_REASONS = {
    "processing": N_("Stripe is working on it."),
    "insufficient_funds": N_("Stripe’s balance is too low; it goes once there is enough."),
    "charge_pending": N_("The payment itself is not through yet."),
}
REFUND_FAILURES = {
    "lost_or_stolen_card": N_("The card was lost or stolen."),
    "expired_or_canceled_card": N_("The card is no longer valid."),
    "charge_for_pending_refund_disputed": N_("The donor’s bank disputed the gift meanwhile."),
    "charge_disputed": N_("The donor’s bank disputed the gift."),
    "charge_already_refunded": N_("The gift was given back already."),
    "insufficient_funds": N_("Stripe’s balance was too low."),
    "declined": N_("The donor’s bank declined it."),
    "merchant_request": N_("It was cancelled at Stripe."),
}
REFUND_FAILED = N_("Stripe gives no reason.")

DISPUTE_STATES = {
    "warning_needs_response": N_("inquiry: the bank waits for an answer"),
    "warning_under_review": N_("inquiry: the bank reads the answer"),
    "warning_closed": N_("inquiry closed"),
    "needs_response": N_("disputed: the bank waits for an answer"),
    "under_review": N_("disputed: the bank reads the answer"),
    "won": N_("won"),
    "lost": N_("lost"),
    "prevented": N_("prevented"),
}
DISPUTE_REASONS = {
    "bank_cannot_process": N_("The bank cannot process it."),
    "check_returned": N_("The cheque was returned."),
    "credit_not_processed": N_("A refund did not come."),
    "customer_initiated": N_("The donor began it."),
    "debit_not_authorized": N_("The debit was not authorised."),
    "duplicate": N_("The donor says it was charged twice."),
    "fraudulent": N_("The cardholder says it was not them."),
    "general": N_("No closer reason."),
    "incorrect_account_details": N_("The account details were wrong."),
    "insufficient_funds": N_("There was not enough money."),
    "noncompliant": N_("It breaks the network’s rules."),
    "product_not_received": N_("The donor expected something in return."),
    "product_unacceptable": N_("The donor is not content with what came."),
    "subscription_canceled": N_("The donor says the monthly gift was stopped."),
    "unrecognized": N_("The donor does not recognise it."),
}
NOTES = {
    "answered": N_("answered at Stripe"),
    "accepted": N_("accepted: the money is gone"),
}
ALERT_KINDS = {
    "warning": N_("The card’s bank warns of fraud"),
    "review": N_("Stripe wants the gift looked at"),
}
ALERT_DECISIONS = {
    "kept": N_("kept"),
    "closed": N_("closed at Stripe"),
}
