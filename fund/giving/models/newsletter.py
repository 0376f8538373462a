"""Who would like the newsletter, apart from any gift."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base
from fund.ids import new_id


class NewsletterConsent(Base):
    """A consent of its own: asked for on the give page, confirmed from the mail, withdrawn there.

    It counts between `confirmed_at` and `withdrawn_at`; until then anybody can have typed the
    address. `wording`: which text was read.
    """

    __tablename__ = "newsletter_consent"
    __table_args__ = (
        Index(
            "uq_newsletter_consent_live",
            "donor_id",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    donor_id: Mapped[UUID] = mapped_column(ForeignKey("donor.id"), index=True)
    wording: Mapped[str]
    language: Mapped[str]
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
