"""What the forms of this room take in."""

from fund.awards.models import ACCEPTED_HOW, CONFIRMED_BY, EVIDENCE_CLASSES
from fund.i18n import LANGUAGES
from fund.schemas import Code, CommandSchema


class AcceptanceSchema(CommandSchema):
    """How the offer was accepted, and the child's assent where it is needed."""

    language = Code(LANGUAGES, required=True)
    how = Code(ACCEPTED_HOW, required=True)
    assent_language = Code(LANGUAGES, load_default=None)
    assented_how = Code({"": None, **ACCEPTED_HOW}, load_default="")


class ConditionSchema(CommandSchema):
    """How somebody made sure; for a document, its file comes beside it."""

    how = Code(CONFIRMED_BY, required=True)


class EvidenceSchema(CommandSchema):
    """What the paper is; its file comes beside it."""

    document_class = Code(EVIDENCE_CLASSES, required=True)
