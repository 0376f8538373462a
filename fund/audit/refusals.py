"""The words of this room's error codes."""

from fund.i18n import N_

TEXTS: dict[str, str] = {
    "not_sealed_yet": N_(
        "This is recorded, and will be sealed within a minute. Please look again."
    ),
    "no_checkpoint": N_("There is no checkpoint of this size."),
}
