"""The words of this room's error codes."""

from fund.i18n import N_

TEXTS: dict[str, str] = {
    "not_enough_available": N_("The fund does not cover this: %(short)s are missing."),
    "amount_not_positive": N_("An amount in the books is greater than zero."),
    "amount_zero": N_("An amount of zero cannot be booked."),
    "amount_negative": N_("An amount in the books is never below zero."),
    "same_account": N_("Money cannot move from an account to itself."),
    "wrong_fund_or_currency": N_("Both accounts must belong to one fund and one currency."),
    "same_fund": N_("A fund cannot give to itself."),
    "not_one_fund": N_("All lines must belong to one fund."),
    "not_one_bank": N_("Both funds must be kept at the same office’s bank."),
    "same_bank": N_("An exchange goes to another office or another currency."),
    "journal_empty": N_("A journal needs at least one transfer."),
    "journal_key_reused": N_("This was booked before, with other content."),
    "already_reversed": N_("This journal was reversed before."),
    "period_closed": N_("These days are closed for posting."),
    "period_not_next": N_("A period begins where the last one ends, and ends after that."),
    "period_too_far": N_("A period ends within a year from today: it cannot be shortened later."),
    "period_state": N_("This period is not at that step any more. Please look at it again."),
    "period_not_over": N_("A period can be closed once its last day is over."),
    "earlier_period_open": N_("An earlier period is still open. Periods are closed in order."),
    "period_unreconciled": N_(
        "Something is not reconciled. Settle it first, or write why you close all the same."
    ),
    "books_busy": N_("Something is just being booked. Please try again in a minute."),
    "account_closed": N_("This account is closed."),
    "fund_closed": N_("This fund is closed."),
    "no_such_account": N_("The office keeps no such account in %(currency)s."),
    "already_reserved": N_("Money is already reserved for this award."),
    "more_than_committed": N_("This is more than the award still holds."),
    "commitment_cause_reused": N_("This was counted before, with another amount."),
    "hold_cause_reused": N_("This was held before, with other content."),
    "office_code_taken": N_("Another office has this code."),
    "stripe_account_taken": N_("Another office has this Stripe account."),
    "receipt_prefix_taken": N_("Another office numbers its receipts like this."),
    "fund_holds_money": N_(
        "This fund still holds or owes money. Move or pay it first; then it can be closed."
    ),
    "fund_has_commitments": N_("Awards still hold money of this fund."),
    "fund_has_gifts": N_("A gift to this fund is still being paid; that takes a week at most."),
    "fund_has_plans": N_(
        "Regular gifts still go to this fund: %(count)s. Move each to another fund, or stop it;"
        " then the fund can be closed."
    ),
    "fund_is_needed": N_(
        "This fund stays open: it takes the fees of no gift, and what comes late for closed funds."
    ),
    "fund_has_entries": N_("An entry of this fund waits for its second person."),
    "rate_of_the_future": N_("A rate is entered once its day has come."),
    "no_such_place": N_("This page of the account is not there; it begins anew."),
    "too_long_for_file": N_(
        "These are more than %(most)s lines, too many for this kind of file. Choose fewer days, or"
        " take XLSX or CSV."
    ),
    "fund_code_taken": N_("Another fund has this code."),
}
