"""The words of this room's error codes."""

from fund.i18n import N_
from fund.schemas import AMOUNT_TEXTS, CHOOSE

TEXTS: dict[str, str] = {
    **AMOUNT_TEXTS,
    "not_chosen": CHOOSE,
    "no_journal_lines": N_("Please fill in at least one line: both accounts and the amount."),
    "entry_needs_paper": N_("Please add the document that this stands on."),
    "day_to_come": N_("The day lies in the future."),
    "donor_restriction": N_(
        "Donors gave this money for a purpose. It can only move to a fund of the same purpose."
    ),
    "transfer_overspends": N_(
        "The giving fund does not have this much: awards, young gifts, inquiries or taxes hold it."
    ),
    "manual_between_funds": N_("Between funds money moves by a transfer, not by a manual journal."),
    "entry_paper_missing": N_(
        "The document is not in the store yet. Please try again in some minutes."
    ),
    "proposed_it_yourself": N_("You proposed this, so somebody else has to approve it."),
    "withdraw_it_instead": N_("You proposed this yourself: withdraw it instead."),
    "entry_changed": N_(
        "What would be booked is not what you saw. Please look at it again, or propose it anew."
    ),
    "reversed_elsewhere": N_(
        "A payment is not reversed here: on its run's page the treasurer records that it came back."
    ),
    "reversed_already_back": N_(
        "This took a payment for an award back. Propose that payment anew instead."
    ),
    "not_a_thai_office": N_("Only an office in Thailand owes this tax."),
    "unreconciled_changed": N_(
        "What is open has changed meanwhile. Please look at the list again; nothing is closed yet."
    ),
    "decided_together": N_(
        "This is one of the reversals that undo a list. Please decide on the list’s page."
    ),
    "import_too_large": N_("The file is larger than 5 MB. Please divide it."),
    "import_is_workbook": N_(
        "This is a workbook. Please save the sheet as “CSV UTF-8”, and send that file."
    ),
    "import_known": N_("This very file is here already: please look at the list of files."),
    "import_faulty": N_("The file has faults, so nothing of it was recorded."),
    "import_undecided": N_(
        "Some rows look like gifts that are here. Please say of each whether to record it."
    ),
    "import_empty": N_("No row is left to record."),
    "import_changed": N_("What would be recorded is not what you saw. Please look at it again."),
    "import_gifts_changed": N_(
        "Gifts of this list of which something went back since: %(count)s. It can no longer be"
        " undone whole. Please correct the others one by one."
    ),
    "import_gifts_reversed": N_(
        "A gift of this list is being reversed by an entry of its own. Please decide that first."
    ),
    "import_columns_incomplete": N_("Please choose the columns of the day and of the amount."),
}
