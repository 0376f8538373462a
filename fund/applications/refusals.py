"""The words of this room's error codes."""

from fund.i18n import N_

TEXTS: dict[str, str] = {
    "no_fund": N_("There is no open fund that may pay this."),
    "text_missing": N_("Please fill this in before you submit."),
    "name_in_text": N_(
        "This text seems to hold a name or number from the record. The committee reads it: please"
        " write without names."
    ),
    "no_lines": N_("Please add at least one cost."),
    "lines_incomplete": N_("Each cost needs its kind, payee, amount and month before you submit."),
    "support_incomplete": N_(
        "Other support needs its source, cost, standing and amount before you submit."
    ),
    "support_exceeds_cost": N_("Others give more for one kind of cost than it costs here."),
    "nothing_asked": N_("Others already pay all of this; there is nothing to ask of the fund."),
}
