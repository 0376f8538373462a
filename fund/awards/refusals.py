"""The words of this room's error codes."""

from fund.i18n import N_

TEXTS: dict[str, str] = {
    "not_attested": N_(
        "Nobody has yet attested that this survivor was met or the papers checked. Until the"
        " supervisor or a second caseworker does, no award can be made."
    ),
    "assent_missing": N_("At this age the child's own assent is needed too."),
    "document_needed": N_("Please choose the document that shows it."),
    "document_not_evidence": N_("Only a receipt or a term report counts as evidence."),
}
