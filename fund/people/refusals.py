"""The words of this room's error codes."""

from fund.i18n import N_

TEXTS: dict[str, str] = {
    "sign_in_refused": N_(
        "This e-mail and password do not belong together, or there were too many tries."
        " Please check both, or wait a little and try again."
    ),
    "code_refused": N_(
        "This code is not right, was used already, or there were too many tries."
        " Please wait for the next code."
    ),
    "unlock_refused": N_(
        "This is not right, or there were too many tries. Please try again in a little while."
    ),
    "wrong_code": N_(
        "This code does not fit. Please check that your phone's clock is right and take the code"
        " that it shows now."
    ),
    "wrong_password": N_("This is not your present password."),
    "second_factor_present": N_("You have a second factor already."),
    "password_short": N_("Please choose at least %(shortest)s characters."),
    "password_common": N_(
        "Many people use this password, so it is guessed first. Please choose another one."
    ),
    "password_personal": N_("Please choose a password without your name or e-mail in it."),
    "invitation_over": N_(
        "This invitation was used or is too old. Please ask an administrator for a new one."
    ),
    "email_taken": N_("Somebody with this e-mail is here already."),
    "no_role": N_("Please choose at least one role."),
    "administrator_apart": N_(
        "An administrator has no power over money or votes and sees no identities, so can only be"
        " auditor or data-protection contact besides."
    ),
    "no_such_supervisor": N_("Please choose somebody who is a supervisor."),
    "already_set_up": N_("This fund is set up already."),
}
