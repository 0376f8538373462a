"""What is read about the newsletter."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.giving.models import NewsletterConsent


def find_newsletter(session: Session, donor_id: UUID) -> NewsletterConsent | None:
    """The donor's consent that was not withdrawn, confirmed or not."""
    return session.scalars(
        select(NewsletterConsent).where(
            NewsletterConsent.donor_id == donor_id, NewsletterConsent.withdrawn_at.is_(None)
        )
    ).one_or_none()


def list_newsletter(session: Session, donor_id: UUID) -> list[NewsletterConsent]:
    """All that the donor ever said about it, newest first."""
    return list(
        session.scalars(
            select(NewsletterConsent)
            .where(NewsletterConsent.donor_id == donor_id)
            .order_by(NewsletterConsent.id.desc())
        )
    )
