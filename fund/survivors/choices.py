"""Short closed lists of the vault: code -> msgid. The same codes stand in the tables' CHECKs."""

from fund.i18n import N_

REGIONS = {
    "north": N_("North"),
    "northeast": N_("Northeast"),
    "central": N_("Central"),
    "bangkok": N_("Bangkok area"),
    "east": N_("East"),
    "west": N_("West"),
    "south": N_("South"),
    "abroad": N_("Outside Thailand"),
}

ATTESTATION_WAYS = {
    "met_in_person": N_("I met the person"),
    "checked_papers": N_("I checked the papers"),
}

READ_PURPOSES = {
    "contact": N_("To arrange a meeting or a call"),
    "papers": N_("To prepare or check papers"),
    "consent": N_("To record or renew consent"),
    "attest": N_("To attest the record"),
    "duplicate": N_("To check whether this is the same person"),
    "safety": N_("For the person's safety"),
}

DOCUMENT_CLASSES = {
    "quotation": N_("Quotation"),
    "school_letter": N_("Letter from the school"),
    "enrolment_proof": N_("Proof of enrolment"),
    "consent_paper": N_("Consent paper"),
    "id_paper": N_("Identity paper"),
    "receipt": N_("Receipt"),
    "term_report": N_("Term report"),
    "other": N_("Other paper"),
}

GIVER_KINDS = {
    "guardian": N_("A parent or guardian"),
    "state_guardian": N_("Whoever the law puts in a guardian's place"),
    "survivor": N_("The survivor, from twenty years of age"),
    "other_lawful_basis": N_("Nobody can: another lawful basis"),
}

GUARDIAN_RELATIONS = {
    "mother": N_("Mother"),
    "father": N_("Father"),
    "grandparent": N_("Grandparent"),
    "sibling": N_("Brother or sister"),
    "other_relative": N_("Another relative"),
    "legal_guardian": N_("Guardian appointed by a court"),
}

STATE_RELATIONS = {
    "shelter_head": N_("Head of the shelter or home"),
    "protection_officer": N_("Child protection officer"),
    "provincial_office": N_("Provincial social development office"),
    "court": N_("Court"),
}

WAYS_GIVEN = {
    "paper": N_("Signed on paper"),
    "spoken_witnessed": N_("Spoken, with a witness"),
    "online": N_("In a video call"),
}

LAWFUL_BASES = {
    "vital_interests": N_("To protect life, body or health"),
    "legal_claims": N_("To establish or defend a legal claim"),
    "social_protection_law": N_("A duty under child or social protection law"),
}

WITHDRAWAL_REASONS = {
    "survivor_asked": N_("The survivor asked"),
    "guardian_asked": N_("The parent or guardian asked"),
    "ground_ended": N_("Its ground has ended"),
    "recorded_in_error": N_("It was recorded in error"),
}

YEARS_VALID = {"1": N_("One year"), "2": N_("Two years")}
