"""On what terms an office takes gifts, at a moment."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.giving.models import OfficeTerms
from fund.ledger.models import Office


def find_terms(session: Session, office: Office, now: datetime) -> OfficeTerms | None:
    """The office's own terms; None if it never set any."""
    return session.scalar(
        select(OfficeTerms)
        .where(OfficeTerms.office_id == office.id, OfficeTerms.valid_from <= now)
        .order_by(OfficeTerms.valid_from.desc())
        .limit(1)
    )


def terms_at(session: Session, office: Office, now: datetime) -> OfficeTerms:
    """The office's terms; an office without any takes cards and gives no tax receipts."""
    return find_terms(session, office, now) or OfficeTerms(
        office_id=office.id,
        stripe_methods=["card"],
        matching_days=1,
        receipt_kind="none",
    )
