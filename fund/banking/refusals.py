"""The words of this room's error codes."""

from fund.i18n import N_

TEXTS: dict[str, str] = {
    "bank_account_known": N_("This account is here already."),
    "bank_number_short": N_("Please write the whole number of the account."),
    "statement_too_large": N_("The file is larger than 5 MB. Please ask the bank for fewer days."),
    "statement_known": N_("This very file is here already."),
    "statement_faulty": N_("The file has faults, so nothing of it was recorded."),
    "statement_changed": N_("What would be recorded is not what you saw. Please look at it again."),
    "statement_has_matches": N_(
        "Lines of this statement are matched or left aside. Undo that first, where it may be."
    ),
    "statement_is_needed": N_(
        "A later file left out lines because they are in this one. Undo that one first."
    ),
    "line_not_open": N_("One of these lines is matched already. Please look at it again."),
    "suggestions_changed": N_("What the lines can be has changed meanwhile. Please look again."),
    "nothing_matched": N_("Please choose what the line is."),
    "match_differs": N_("What you chose does not come to the amount of the line."),
    "match_taken_already": N_("The books say this fact once, and another line is it already."),
    "line_other_way": N_("The bank takes charges and pays interest, not the other way round."),
    "return_needs_reason": N_("For a payment that came back please say why."),
    "columns_incomplete": N_(
        "Please choose the column of the day, and the amount as one column or as in and out."
    ),
}
