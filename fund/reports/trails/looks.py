"""Who looked at which survivor, and what for: every opening of what is sealed, and every refusal.

By case code and purpose. Who the survivor is stands nowhere here.
"""

from uuid import UUID

from sqlalchemy import select

from fund.audit.search import Match
from fund.disbursements.models import Payee
from fund.survivors.models import Document

AT_THE_RECORD = (
    "survivor_identity_read",
    "survivor_access_refused",
    "survivor_known_elsewhere",
)


def matches(survivor_id: UUID | None = None) -> list[Match]:
    """The looks at one survivor's record, papers and guardians' accounts; None means at any."""
    if survivor_id is None:
        record = [Match(name=name) for name in AT_THE_RECORD]
        papers = Match(name="document_read")
        guardians = select(Payee.id).where(Payee.survivor_id.is_not(None))
    else:
        subjects = [("survivor", survivor_id)]
        record = [Match(name=name, subjects=subjects) for name in AT_THE_RECORD]
        mine = select(Document.id).where(Document.survivor_id == survivor_id)
        papers = Match("document_read", subject_kind="document", subject_ids=mine)
        guardians = select(Payee.id).where(Payee.survivor_id == survivor_id)
    return [*record, papers, Match("payee_read", subject_kind="payee", subject_ids=guardians)]
