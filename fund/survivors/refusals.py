"""The words of this room's error codes."""

from fund.i18n import N_

TEXTS: dict[str, str] = {
    "bad_case_code": N_("This case code has a mistake in it; please compare it once more."),
    "case_known": N_("This person is already known, as %(case_code)s. Please open that record."),
    "case_known_elsewhere": N_(
        "This person is already known, in a case that is not yours. Please ask your supervisor;"
        " nothing was added."
    ),
    "attests_own_record": N_("Who added a record does not attest it; a second person does."),
    "already_attested": N_("You have attested this record already."),
    "already_assigned": N_("This colleague works on the case already."),
    "last_caseworker": N_("Somebody must stay with the case; assign another colleague first."),
    "not_a_caseworker": N_("Please choose one of the caseworkers."),
    "no_valid_consent": N_(
        "There is no valid consent for this case. Record the consent first, then try again."
    ),
    "not_attested": N_("A second person has not attested this record yet."),
    "survivor_consents_alone": N_("From twenty years of age the survivor alone consents."),
    "holder_must_consent": N_(
        "Under twenty years of age a parent, a guardian or whoever stands in their place consents."
    ),
    "assent_needed": N_("From ten years of age the child's own assent is needed too."),
    "consent_paper_needed": N_("For this, add the paper to the case first, and choose it here."),
    "guardian_needed": N_("Please choose who consented."),
    "day_in_future": N_("This day has not come yet."),
    "consent_too_old": N_("This would have ended by now; please record a new consent."),
    "wording_changed": N_("The wording has a new version. Please read that one, and record it."),
    "nothing_to_withdraw": N_("There is no consent that could be withdrawn."),
    "second_person_needed": N_("A supervisor who did not record it confirms it."),
    "already_confirmed": N_("This has been confirmed already."),
    "document_empty": N_("This file is empty. Please choose it once more."),
    "document_too_large": N_("This file is larger than 15 MB. Please send a smaller one."),
    "document_wrong_type": N_("Please send a PDF or a photograph (JPEG, PNG or HEIC)."),
    "document_misnamed": N_(
        "The name of this file says one kind, its content is another. Please check that it is the"
        " right one, and save it anew."
    ),
    "document_damaged": N_("This file cannot be read. Please scan or save it anew."),
    "document_locked": N_(
        "This PDF is locked with a password or runs a program. Please print it"
        " to a plain PDF and send that."
    ),
    "document_too_many_pixels": N_(
        "This picture is too large to open safely. Please send a smaller one."
    ),
    "document_not_stored": N_("This paper did not arrive. Please send it again."),
    "document_missing": N_("Please choose a file."),
}
