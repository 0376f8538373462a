"""What each event says, in one place: a short title, and a sentence with its public fields.

A sentence names the fields that a reader understands; `telling.py` puts them into words. Ids and
hashes stay unsaid, and a test names every other field that no sentence says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fund.applications.choices import KINDS, PAYEE_KINDS
from fund.awards.choices import CONDITIONS, EVIDENCE_CLASSES
from fund.committee.choices import CHOICES, OUTCOMES
from fund.disbursements.choices import RETURN_REASONS
from fund.i18n import LANGUAGES, N_
from fund.ledger.choices import KIND_NAMES
from fund.people.choices import ROLE_NAMES
from fund.survivors.choices import (
    DOCUMENT_CLASSES,
    GIVER_KINDS,
    GUARDIAN_RELATIONS,
    READ_PURPOSES,
    REGIONS,
    STATE_RELATIONS,
    WITHDRAWAL_REASONS,
)

Words = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Sentence:
    """`words`: field -> what its codes are called. `instead`: what is said where a field has a
    value of its own, as (field, value as text) -> msgid; "None" where it is left empty.
    """

    title: str
    text: str
    words: Words = field(default_factory=dict)
    instead: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def texts(self) -> list[str]:
        """Every text that may be said."""
        return [self.text, *self.instead.values()]


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

GIVING = {
    "gift_started": Sentence(
        N_("Gift begun"),
        N_("Somebody began to give %(amount_minor)s for “%(fund)s”, to the office %(office)s."),
    ),
    "gift_retried": Sentence(
        N_("Gift tried again"), N_("The donor tries again to pay; attempt %(attempt)s.")
    ),
    "gift_processing": Sentence(
        N_("Gift on its way"), N_("The donor’s bank is working on the payment.")
    ),
    "gift_paid": Sentence(N_("Gift paid"), N_("%(amount_minor)s were paid.")),
    "gift_failed": Sentence(
        N_("Gift not paid"),
        N_("The payment came to nothing: %(reason)s."),
        {"reason": {"failed": N_("payment failed"), "expired": N_("given up")}},
    ),
    "receipt_issued": Sentence(
        N_("Receipt issued"),
        N_(
            "Receipt %(number)s of the office %(office)s: %(amount_minor)s for “%(fund)s”,"
            " given on %(given_on)s."
        ),
    ),
    "payout_arrived": Sentence(
        N_("Payout arrived"),
        N_("The bank shows %(amount_minor)s from Stripe, arrived on %(arrived_on)s."),
    ),
    "inbox_event_retried": Sentence(
        N_("Stripe’s event tried again"),
        N_("An event of Stripe’s that had failed was looked at again."),
    ),
}

LEDGER = {
    "journal_posted": Sentence(
        N_("Booked"), N_("%(kind)s, on %(effective_on)s."), {"kind": KIND_NAMES}
    ),
    "office_opened": Sentence(
        N_("Receiving office opened"),
        N_("The office %(code)s in %(country)s receives gifts and settles in %(currency)s."),
    ),
    "fund_opened": Sentence(
        N_("Fund opened"),
        N_("The fund %(code)s may pay for %(purpose)s only. Restriction: %(restriction)s."),
        {
            "restriction": {"none": N_("none"), "purpose": N_("by purpose")},
            "purpose": KINDS,
        },
        {("purpose", "None"): N_("The fund %(code)s was opened. Restriction: %(restriction)s.")},
    ),
    "organisation_set_up": Sentence(
        N_("Organisation set up"), N_("This installation began its real work.")
    ),
    "restored": Sentence(
        N_("Restored from a backup"),
        N_("The database was put back from a backup. Times this was done: %(epoch)s."),
    ),
}

PEOPLE = {
    "staff_invited": Sentence(
        N_("Staff member invited"),
        N_("The invitation names these roles: %(roles)s."),
        {"roles": ROLE_NAMES},
    ),
    "staff_joined": Sentence(
        N_("Invitation accepted"), N_("The invitation was accepted and a password was set.")
    ),
    "staff_signed_in": Sentence(N_("Signed in"), N_("This person signed in.")),
    "staff_sign_in_refused": Sentence(
        N_("Sign-in refused"),
        N_("Somebody tried to sign in as this person; what was wrong: %(reason)s."),
        {"reason": {"password": N_("the password"), "code": N_("the code")}},
    ),
    "staff_locked": Sentence(
        N_("Sign-in paused"),
        N_("After too many wrong guesses no sign-in is taken for %(seconds)s seconds."),
    ),
    "staff_unlocked": Sentence(
        N_("Session unlocked"), N_("An idle session went on after the password was given again.")
    ),
    "staff_signed_out_everywhere": Sentence(
        N_("Signed out everywhere"), N_("Every session of this person was ended.")
    ),
    "staff_password_changed": Sentence(N_("Password changed"), N_("A new password was set.")),
    "staff_second_factor_enrolled": Sentence(
        N_("Second factor set up"), N_("Signing in now asks for a code as well.")
    ),
    "staff_language_chosen": Sentence(
        N_("Language chosen"),
        N_("Pages and mails speak %(language)s to this person now."),
        {"language": LANGUAGES},
    ),
    "staff_team_changed": Sentence(
        N_("Team changed"),
        N_("This person now works in the team of %(supervisor_id)s."),
        instead={("supervisor_id", "None"): N_("This person now works in no team.")},
    ),
    "staff_role_given": Sentence(
        N_("Role given"), N_("This person now holds the role: %(role)s."), {"role": ROLE_NAMES}
    ),
    "staff_role_taken": Sentence(
        N_("Role taken away"),
        N_("This person no longer holds the role: %(role)s."),
        {"role": ROLE_NAMES},
    ),
}

SURVIVORS = {
    "survivor_added": Sentence(
        N_("Case added"),
        N_("Case %(case_code)s was added; region: %(region)s."),
        {"region": REGIONS},
    ),
    "survivor_changed": Sentence(
        N_("Case changed"),
        N_("Region or label changed; region now: %(region)s."),
        {"region": REGIONS},
    ),
    "survivor_identity_read": Sentence(
        N_("Identity opened"),
        N_("Name and birth date were opened. Purpose: %(purpose)s."),
        {"purpose": READ_PURPOSES},
    ),
    "survivor_access_refused": Sentence(
        N_("Access refused"), N_("Somebody not assigned asked for the record and did not see it.")
    ),
    "survivor_known_elsewhere": Sentence(
        N_("Learned that the person is known"),
        N_("Somebody not assigned tried to add this person, and so learned of the case."),
    ),
    "survivor_assigned": Sentence(N_("Case assigned"), N_("%(staff_id)s now works on the case.")),
    "survivor_released": Sentence(
        N_("Assignment ended"), N_("%(staff_id)s no longer works on the case, nor sees it.")
    ),
    "survivor_attested": Sentence(
        N_("Attested"),
        N_("A second person stands for it: %(way)s."),
        {
            "way": {
                "met_in_person": N_("met the person"),
                "checked_papers": N_("checked the papers"),
            }
        },
    ),
    "guardian_added": Sentence(
        N_("Guardian added"),
        N_("A guardian is on record who may be contacted: %(relation)s."),
        {"relation": GUARDIAN_RELATIONS},
        {
            ("is_safe_to_contact", "False"): N_(
                "A guardian is on record who must not be contacted: %(relation)s."
            )
        },
    ),
    "consent_recorded": Sentence(
        N_("Consent recorded"),
        N_("%(giver_kind)s; valid from %(given_on)s to %(expires_on)s."),
        {"giver_kind": GIVER_KINDS, "relation": {**GUARDIAN_RELATIONS, **STATE_RELATIONS}},
    ),
    "consent_basis_confirmed": Sentence(
        N_("Lawful basis confirmed"), N_("A second person agreed that another lawful basis holds.")
    ),
    "consent_withdrawn": Sentence(
        N_("Consent withdrawn"),
        N_("The consent no longer holds: %(reason)s."),
        {"reason": WITHDRAWAL_REASONS},
    ),
    "document_added": Sentence(
        N_("Paper added"),
        N_("A paper came in: %(document_class)s. Pages: %(pages)s."),
        {"document_class": DOCUMENT_CLASSES},
    ),
    "document_settled": Sentence(
        N_("Paper stored or lost"),
        N_("What became of the paper: %(state)s."),
        {"state": {"stored": N_("it is stored"), "failed": N_("it did not arrive")}},
    ),
    "document_read": Sentence(N_("Paper opened"), N_("The paper was opened.")),
}

SENTENCES: dict[str, Sentence] = {
    **SURVIVORS,
    **APPLICATIONS,
    **AWARDS,
    **DISBURSEMENTS,
    **GIVING,
    **LEDGER,
    **PEOPLE,
}

# What the events are about, as the list of events on the search page is grouped.
SUBJECT_NAMES = {
    "survivor": N_("Case"),
    "consent": N_("Consent"),
    "document": N_("Paper"),
    "application": N_("Application"),
    "award": N_("Award"),
    "instalment": N_("Instalment"),
    "evidence": N_("Evidence"),
    "payee": N_("Payee"),
    "run": N_("Payment run"),
    "payment": N_("Payment"),
    "donor": N_("Donor"),
    "gift": N_("Gift"),
    "receipt": N_("Receipt"),
    "fund": N_("Fund"),
    "journal": N_("Journal"),
    "office": N_("Receiving office"),
    "staff": N_("Staff member"),
    "checkpoint": N_("Checkpoint"),
    "setup": N_("Installation"),
}

# Public fields that no sentence says, besides ids and hashes: a reader of the proof sees them.
UNSAID = frozenset(
    {"source", "key", "cause", "payment_intent", "payout", "event", "size", "about_kind"}
    | {"wording", "assent_wording", "given_how", "assent_how", "lawful_basis", "relation"}
)
