"""The words of this room's error codes."""

from fund.i18n import N_

TEXTS: dict[str, str] = {
    "declare_first": N_("Please say first whether you have a conflict of interest."),
    "already_voted": N_("You have voted in this round; a vote stays as it was cast."),
    "reason_missing": N_("To decline, please write the reason."),
    "conditions_missing": N_("Please choose at least one condition."),
}
