"""Gifts each month or year, in sentences."""

from fund.giving.choices import CHANGE_NAMES, EVERY_NAMES, PLAN_STATE_NAMES
from fund.i18n import N_
from fund.reports.trails.sentences.sentence import Sentence

PLANS = {
    "plan_started": Sentence(
        N_("Regular gift chosen"),
        N_(
            "Somebody chose to give %(amount_minor)s %(every)s for “%(fund)s”, to the office"
            " %(office)s."
        ),
        {"every": EVERY_NAMES},
    ),
    "plan_retried": Sentence(
        N_("Regular gift tried again"),
        N_("The donor goes to the payment page again; attempt %(attempt)s."),
    ),
    "plan_moved": Sentence(
        N_("Regular gift changed its state"),
        N_("The regular gift is now: %(state)s."),
        {"state": PLAN_STATE_NAMES},
    ),
    "plan_stopped": Sentence(
        N_("Regular gift stopped"),
        N_("Nothing more is charged or asked for. The reason: %(reason)s."),
        {
            "reason": {
                "cancellation_requested": N_("somebody asked for it"),
                "payment_failed": N_("the card could not be charged"),
                "payment_disputed": N_("a payment was disputed"),
                "unknown": N_("not told"),
            }
        },
    ),
    "plan_gave": Sentence(
        N_("Gift of a regular one"),
        N_("%(amount_minor)s came for “%(fund)s”, to the office %(office)s, by a regular gift."),
    ),
    "pledge_asked": Sentence(
        N_("Gift of a pledge asked for"),
        N_(
            "%(amount_minor)s is waited for by PromptPay for “%(fund)s”, at the office %(office)s,"
            " for this month of a pledge."
        ),
    ),
    "pledge_reminded": Sentence(
        N_("Donor reminded of a pledge"),
        N_("The donor was told once more that this month’s gift can be given."),
    ),
    "plan_change_asked": Sentence(
        N_("Change of a regular gift asked for"),
        N_("Asked for: %(kind)s. Stripe is told next."),
        {"kind": CHANGE_NAMES},
    ),
    "plan_changed": Sentence(
        N_("Regular gift changed"),
        N_("Done: %(kind)s. From now on %(amount_minor)s for “%(fund)s”."),
        {"kind": CHANGE_NAMES},
    ),
    "plan_change_refused": Sentence(
        N_("Change of a regular gift refused"),
        N_("Stripe did not accept it: %(kind)s. All stays as it was."),
        {"kind": CHANGE_NAMES},
    ),
    "stray_subscription_found": Sentence(
        N_("Subscription at Stripe that nobody here knows"),
        N_(
            "The subscription %(subscription_id)s runs at Stripe, and no regular gift of ours. It"
            " is stopped there."
        ),
        {},
        {
            ("is_left", "True"): N_(
                "The subscription %(subscription_id)s runs at Stripe, and no regular gift of ours."
                " It is older than our books, so it is left to finance."
            )
        },
    ),
    "stray_subscription_stopped": Sentence(
        N_("Unknown subscription stopped"),
        N_("Stripe confirms that the subscription %(subscription_id)s has ended."),
    ),
    "stray_subscription_noted": Sentence(
        N_("Unknown subscription seen to"),
        N_("Somebody saw to the subscription %(subscription_id)s and to whoever was billed by it."),
    ),
    "plan_payment_failed": Sentence(
        N_("Payment of a regular gift failed"),
        N_("Stripe tries again by itself, and the donor is told."),
    ),
}
