"""What the pages of lists call states and faults: code -> msgid."""

from fund.i18n import N_

STATES = {
    "uploaded": N_("waits to be recorded"),
    "recorded": N_("recorded"),
    "dropped": N_("not recorded"),
    "undo_asked": N_("undoing waits for a decision"),
    "undone": N_("undone"),
}
DAY_ORDERS = {
    "dmy": N_("Day, month, year: 24/11/2026 or 24/11/2569"),
    "ymd": N_("Year, month, day: 2026-11-24"),
    "mdy": N_("Month, day, year: 11/24/2026"),
}
DECIMALS = {".": N_("1,234.50"), ",": N_("1.234,50")}
RECEIPTS = {
    "ours": N_("Issue them now, and mail them to whoever gave an address"),
    "outside": N_("They were given already, on paper: issue none"),
}
# What is wrong with a file, or with one of its rows.
FAULTS = {
    "csv_broken": N_("This is no CSV file that can be read: a quotation mark may be missing."),
    "csv_without_columns": N_("The file has no row with names of columns."),
    "csv_other_columns": N_("The file does not have the columns that were chosen."),
    "columns_not_chosen": N_("Please say first which column is what."),
    "file_without_lines": N_("The file has no gifts."),
    "too_many_gifts": N_(
        "The file has more than %(most)s gifts. Please divide it, and send one after the other."
    ),
    "row_shifted": N_(
        "The row has more in it than there are columns. A comma in a text may need quotation marks."
    ),
    "line_day": N_("The day cannot be read."),
    "line_day_missing": N_("The day is missing."),
    "line_day_to_come": N_("The day lies in the future."),
    "line_day_old": N_("The year would be %(year)s. Is it written in another calendar?"),
    "line_amount": N_("The amount cannot be read."),
    "line_amount_nothing": N_("A gift is more than nothing."),
    "line_currency": N_("This office receives %(currency)s."),
    "line_fund": N_("There is no open fund of this name."),
    "line_fund_missing": N_("The fund is missing, and none was chosen for such rows."),
    "line_method": N_("Please write bank transfer, cash or cheque."),
    "line_email": N_("This is no e-mail address."),
    "line_tax_id": N_("This is no Thai tax number: one of its digits is wrong."),
    "line_tax_id_of_nobody": N_("A tax number needs the e-mail address of whose it is."),
    "line_too_long": N_("This is longer than %(most)s characters."),
}
# Why a row looks like a gift that is here.
ALIKE = {
    "file": N_("same giver, day and amount as row %(row)s"),
    "file_reference": N_("same reference as row %(row)s"),
    "reference": N_("a gift with this reference is here"),
    "waiting": N_("a gift by PromptPay with this reference waits for the bank"),
    "gift": N_("same giver, day and amount as a gift that is here"),
    "unknown_giver": N_("same day and amount as a gift whose giver nobody knows"),
}
