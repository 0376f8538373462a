"""The words of this room's error codes."""

from fund.i18n import N_

TEXTS: dict[str, str] = {
    "no_such_event": N_("The log knows no such event."),
    "no_such_day": N_("Please choose a day from the calendar, or write it as 2026-11-24."),
    "days_reversed": N_("The last day is before the first."),
    "no_such_case": N_("There is no case with this code."),
    "nothing_is_called_so": N_(
        "Nothing here has this code, number or id. A case code, a receipt’s number, the code of a"
        " fund or an office, and any id are understood."
    ),
}
