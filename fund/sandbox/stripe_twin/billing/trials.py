"""A stretch for which nothing is asked for (Stripe page "Trials")."""

from ..errors import StripeError
from ..state import Doc

_LONGEST_TRIAL_SECONDS = 730 * 86_400


def trial(item: Doc, ends: int, at: int) -> Doc:
    """Nothing is asked for until `ends`, which becomes the billing day (page "Trials")."""
    if ends <= at:
        raise StripeError(
            "Invalid timestamp: must be an integer Unix timestamp in the future.",
            param="trial_end",
        )
    if ends > at + _LONGEST_TRIAL_SECONDS:
        raise StripeError(
            "Invalid timestamp: trial_end cannot be more than two years in the future.",
            param="trial_end",
        )
    item["current_period_start"], item["current_period_end"] = at, ends
    return {
        "billing_cycle_anchor": ends,
        "status": "trialing",
        "trial_end": ends,
        "trial_start": at,
    }
