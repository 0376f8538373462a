"""The words of this room's error codes."""

from fund.i18n import N_

TEXTS: dict[str, str] = {
    "payee_incomplete": N_("Please say who is paid."),
    "case_unknown": N_("There is no case with this code."),
    "entered_it_yourself": N_("You entered this account, so somebody else has to check it."),
    "no_paying_office": N_("No office of the fund has a bank account in baht yet."),
    "nothing_chosen": N_("Please choose at least one payment."),
    "payee_not_usable": N_(
        "This payee's account was not yet checked by a second person, or its pause is not over."
    ),
    "account_changed": N_(
        "The account of a payee was changed since this run was prepared. Please drop the run and"
        " prepare it anew."
    ),
    "payee_of_other_kind": N_("This payee does not fit what is paid."),
    "run_changed": N_("The run changed since you opened it. Please look at it again."),
    "prepared_it_yourself": N_("You prepared this run, so somebody else has to approve it."),
    "entered_its_payee": N_(
        "You entered an account that this run pays, so somebody else has to approve it."
    ),
    "wrote_its_application": N_(
        "You wrote, or declared a conflict with, an application that this run pays. "
        "Somebody else has to approve it."
    ),
    "approved_already": N_("You have approved this run already."),
    "sent_it_yourself": N_("You sent this run, so somebody else has to reconcile it."),
    "paid_on_impossible": N_("The bank's day lies between the day of sending and today."),
}
