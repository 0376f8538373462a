"""The words of this room's error codes."""

from fund.i18n import N_

TEXTS: dict[str, str] = {
    "not_sealed_yet": N_(
        "This is recorded, and will be sealed within a minute. Please look again."
    ),
    "no_checkpoint": N_("No checkpoint covers a log of this size."),
    "not_in_tree": N_("At this size the log did not hold that entry yet."),
    "log_not_begun": N_("The log was never signed, so there is no key to follow."),
    "no_such_seed": N_(
        "The keyring needs the seeds of the log's key %(number)s and the one before."
    ),
    "not_the_seed": N_("The seed of the log's key %(number)s is not the one that signed so far."),
    "witness": N_("The witness does not answer."),
    "no_tile": N_("There is no such tile, or no checkpoint covers it yet."),
    "not_signed_over": N_("There are no such entries among the %(size)s that were signed."),
    "days_in_wrong_order": N_("The last day is before the first."),
    "nothing_on_these_days": N_("Nothing that was signed happened on these days."),
    "no_such_range": N_("Give two days (2026-11-24), or two places in the log (0, 99)."),
}
