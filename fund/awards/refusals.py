"""The words of this room's error codes."""

from fund.i18n import N_

TEXTS: dict[str, str] = {
    "document_needed": N_("Please choose the document that shows it."),
    "document_not_evidence": N_("Only a receipt or a term report counts as evidence."),
}
