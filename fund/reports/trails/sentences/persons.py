"""Staff, and the cases of survivors, in sentences."""

from fund.giving.choices import ERASURE_REASONS
from fund.i18n import LANGUAGES, N_
from fund.people.choices import ROLE_NAMES
from fund.reports.trails.sentences.sentence import Sentence
from fund.survivors.choices import (
    DOCUMENT_CLASSES,
    GIVER_KINDS,
    GUARDIAN_RELATIONS,
    READ_PURPOSES,
    REGIONS,
    STATE_RELATIONS,
    WITHDRAWAL_REASONS,
)

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
        N_("A second person attested this survivor: %(way)s."),
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

_RECORDS = {"kept": N_("this record"), "merged": N_("the other record")}
DONORS = {
    "portal_opened": Sentence(
        N_("Donor’s pages opened"), N_("The one-time link sent to the donor was used.")
    ),
    "donor_language_chosen": Sentence(
        N_("Language chosen"),
        N_("The donor’s letters are in this language from now on: %(language)s."),
        {"language": LANGUAGES},
    ),
    "donor_data_exported": Sentence(
        N_("Data exported"), N_("The donor took a copy of all that is kept about them.")
    ),
    "donors_merged": Sentence(
        N_("Donor records merged"),
        N_(
            "Another record was found to be this donor’s. The name is that of %(name_of)s, the"
            " language of letters that of %(language_of)s."
        ),
        {"name_of": _RECORDS, "language_of": _RECORDS},
    ),
    "erasure_asked": Sentence(N_("Asked to be forgotten"), N_("The donor asked to be forgotten.")),
    "erasure_withdrawn": Sentence(
        N_("Rather remembered"), N_("The donor no longer asks to be forgotten.")
    ),
    "erasure_refused": Sentence(
        N_("Not forgotten"),
        N_("The donor was not forgotten for now. Why: %(reason)s."),
        {"reason": ERASURE_REASONS},
    ),
    "donor_erased": Sentence(
        N_("Donor forgotten"),
        N_("Nobody can read any more who the donor was. Records: %(records)s."),
    ),
    "donors_kept_apart": Sentence(
        N_("Donors kept apart"), N_("A record like this one was found to be somebody else’s.")
    ),
}
