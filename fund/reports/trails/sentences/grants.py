"""Applications, votes, awards and payments, in sentences."""

from fund.applications.choices import KINDS, PAYEE_KINDS
from fund.awards.choices import CONDITIONS, EVIDENCE_CLASSES
from fund.committee.choices import CHOICES, OUTCOMES
from fund.disbursements.choices import RETURN_REASONS
from fund.i18n import N_
from fund.reports.trails.sentences.sentence import Sentence

APPLICATIONS = {
    "application_drafted": Sentence(
        N_("Application begun"),
        N_("An application was begun for case %(survivor_id)s: %(kind)s."),
        {"kind": KINDS},
    ),
    "application_submitted": Sentence(
        N_("Application submitted"),
        N_("It went to the committee, round %(round)s, and asks for %(requested_minor)s."),
    ),
    "review_started": Sentence(
        N_("Review begun"), N_("The first committee member opened it, in round %(round)s.")
    ),
    "application_withdrawn": Sentence(
        N_("Application withdrawn"), N_("It was withdrawn in round %(round)s.")
    ),
    "conflict_declared": Sentence(
        N_("Declaration of conflict"),
        N_("Round %(round)s: no conflict of interest was declared."),
        instead={
            ("has_conflict", "True"): N_(
                "Round %(round)s: a conflict of interest was declared, and this person is recused."
            )
        },
    ),
    "vote_cast": Sentence(
        N_("Vote cast"), N_("The vote in round %(round)s: %(choice)s."), {"choice": CHOICES}
    ),
    "application_decided": Sentence(
        N_("Decided"),
        N_("The outcome of round %(round)s: %(outcome)s, %(amount_minor)s."),
        {"outcome": OUTCOMES},
        {("amount_minor", "None"): N_("The outcome of round %(round)s: %(outcome)s.")},
    ),
}

AWARDS = {
    "award_made": Sentence(
        N_("Award made"),
        N_(
            "%(amount_minor)s were awarded from the fund “%(fund_id)s”."
            " Number of instalments: %(instalments)s."
        ),
    ),
    "award_accepted": Sentence(
        N_("Award accepted"), N_("The offer was accepted on %(accepted_on)s.")
    ),
    "condition_confirmed": Sentence(
        N_("Condition confirmed"), N_("This condition is met: %(kind)s."), {"kind": CONDITIONS}
    ),
    "instalment_rescheduled": Sentence(
        N_("Instalment scheduled again"), N_("What came back or was cancelled will be paid anew.")
    ),
    "instalment_ready": Sentence(
        N_("Instalment ready"), N_("Its conditions are met: %(amount_minor)s can be paid.")
    ),
    "evidence_attached": Sentence(
        N_("Evidence attached"),
        N_("A paper shows what was paid: %(kind)s."),
        {"kind": EVIDENCE_CLASSES},
    ),
    "award_completed": Sentence(
        N_("Award completed"), N_("Every instalment was paid and evidenced, or cancelled.")
    ),
    "funds_reserved": Sentence(
        N_("Money reserved"),
        N_("The fund “%(fund_id)s” holds %(amount_minor)s for this award."),
    ),
    "commitment_liquidated": Sentence(
        N_("Reserved money used"), N_("A payment left: %(amount_minor)s are no longer held.")
    ),
    "funds_reserved_again": Sentence(
        N_("Money reserved again"), N_("A payment came back: %(amount_minor)s are held once more.")
    ),
    "commitment_freed": Sentence(
        N_("Reserved money freed"), N_("%(amount_minor)s are available for other awards again.")
    ),
}

DISBURSEMENTS = {
    "payee_added": Sentence(
        N_("Payee entered"), N_("A payee was entered: %(kind)s."), {"kind": PAYEE_KINDS}
    ),
    "payee_changed": Sentence(
        N_("Payee’s account changed"),
        N_(
            "Another account was entered. It is paid once a second person checked it"
            " and a pause is over."
        ),
    ),
    "payee_checked": Sentence(
        N_("Payee’s account checked"), N_("A second person compared the account with its paper.")
    ),
    "payee_read": Sentence(
        N_("Payee’s account opened"), N_("The sealed name or account of a payee was opened.")
    ),
    "run_prepared": Sentence(
        N_("Run prepared"),
        N_("Payments were gathered: %(payments)s, together %(total_minor)s."),
    ),
    "run_approved": Sentence(
        N_("Run approved"), N_("Exactly this run was approved; any change asks anew.")
    ),
    "run_cancelled": Sentence(N_("Run cancelled"), N_("The run was dropped before it left.")),
    "run_sent": Sentence(
        N_("Run sent to the bank"), N_("The bank was told to pay %(total_minor)s.")
    ),
    "payment_sent": Sentence(N_("Payment sent"), N_("%(amount_minor)s were sent to the payee.")),
    "payment_confirmed": Sentence(
        N_("Payment confirmed by the bank"),
        N_("The bank confirms %(amount_minor)s, paid on %(paid_on)s."),
    ),
    "payment_returned": Sentence(
        N_("Payment returned"),
        N_("%(amount_minor)s came back: %(reason)s."),
        {"reason": RETURN_REASONS},
    ),
}
