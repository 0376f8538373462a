"""What the pages call kinds, states and faults: code -> msgid."""

from fund.i18n import N_

KINDS = {"camt053": N_("camt.053"), "csv": N_("CSV")}
STATEMENT_STATES = {
    "uploaded": N_("waits to be recorded"),
    "recorded": N_("recorded"),
    "dropped": N_("not recorded"),
    "undone": N_("undone"),
}
LINE_STATES = {
    "open": N_("open"),
    "matched": N_("matched"),
    "ignored": N_("left aside"),
    "undone": N_("undone"),
}
RULES = {
    "reference": N_("by its reference"),
    "amount_and_day": N_("by amount and day"),
    "code": N_("by the bank’s own words"),
    "hand": N_("by hand"),
}
MATCH_KINDS = {
    "booked": N_("in the books already"),
    "payout": N_("a payout arrived"),
    "payment": N_("a payment shown"),
    "return": N_("a payment came back"),
    "gift": N_("a gift"),
    "entry": N_("a charge or interest"),
}
DIFFERENCES = {
    "stripe_lines": N_("Stripe says another balance than its lines come to"),
    "lines_ledger": N_("Stripe’s lines and the books differ"),
    "line_waiting": N_("Line of Stripe’s balance that is not in the books"),
    "payout_sum": N_("Payout that its lines do not come to"),
    "payout_late": N_("Payout that no bank has shown for a week"),
    "bank_line": N_("Line of the bank that nothing explains"),
    "not_at_bank": N_("In the books, and not shown by the bank"),
    "statement_gap": N_("Balance of the bank that its lines do not come to"),
    "before": N_("Bank and books differed when the statements begin"),
    "line_missing": N_("Line that Stripe has and we do not"),
    "line_unknown": N_("Line that we have and Stripe does not"),
    "line_changed": N_("Line of which Stripe says another amount now"),
}
OF_THE_BANK = {"bank_charge": N_("Bank charge"), "interest": N_("Interest")}
# What is wrong with a file, or with one of its lines.
FAULTS = {
    "csv_not_mapped": N_("Please say first which column is what."),
    "csv_broken": N_("This is no CSV file that can be read."),
    "csv_without_columns": N_("The file has no row with names of columns."),
    "csv_other_columns": N_("The file does not have the columns that were chosen for this bank."),
    "file_without_lines": N_("The file has no lines."),
    "too_many_lines": N_("The file has more than %(most)s lines. Please ask the bank for less."),
    "xml_broken": N_("The file breaks off or is damaged."),
    "xml_doctype": N_("The file has a DOCTYPE, which no bank statement needs. It is not read."),
    "camt_not_a_statement": N_(
        "The file is no camt.053 statement. Banks also call it “end-of-day statement”."
    ),
    "camt_empty": N_("The file has no statement in it."),
    "camt_several_accounts": N_("The file tells of several accounts. Please ask for one only."),
    "camt_does_not_follow": N_(
        "The statements in the file do not follow on one another: one is missing between them."
    ),
    "camt_without_balances": N_("The statement does not say the balance before and after."),
    "camt_bad_balance": N_("A balance of the statement cannot be read."),
    "other_currency": N_("The statement is in %(currency)s, not in the currency of this account."),
    "other_account": N_("The statement is of another account."),
    "balance_differs": N_(
        "The balance before and all lines do not come to the balance after. Something is missing."
    ),
    "line_day": N_("The day cannot be read."),
    "line_ahead": N_(
        "The day had not come yet when the file did. Is the order of day and month right?"
    ),
    "line_amount": N_("The amount cannot be read."),
    "line_balance": N_("The balance is not the one before with this amount."),
    "line_balance_missing": N_("The balance is missing or cannot be read."),
}
