"""Gifts in somebody's name, and who wants no mail from us."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base


class Dedication(Base):
    """In whose honour or memory a gift is, and whom to tell; sealed under the donor's key.

    Told once, after the payment: `mailed_at`, or `dropped` with why not (`refused`: no mail is
    wanted there; `too_many`: three of a day went there; `unreadable`: the donor was forgotten;
    `withdrawn`: by the donor, before `leaves_at`). `hidden_at`: the donor's pages show it no more.
    """

    __tablename__ = "dedication"
    __table_args__ = (
        CheckConstraint("kind IN ('honour', 'memory')", "kind"),
        Index(
            "ix_dedication_mailed",
            "to_email_index",
            "mailed_at",
            postgresql_where=text("mailed_at IS NOT NULL"),
        ),
    )

    gift_id: Mapped[UUID] = mapped_column(ForeignKey("gift.id"), primary_key=True)
    kind: Mapped[str]
    sealed_honoured: Mapped[bytes]
    sealed_to_name: Mapped[bytes | None]
    sealed_to_email: Mapped[bytes | None]
    to_email_index: Mapped[bytes | None]
    leaves_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
    dropped: Mapped[str | None]
    hidden_at: Mapped[datetime | None]

    @property
    def can_be_withdrawn(self) -> bool:
        """Whether nobody was told, or is just being told."""
        return self.leaves_at is None and self.mailed_at is None and self.dropped is None


class PlanDedication(Base):
    """A dedication that waits for the first payment of a regular gift, and is then that gift's."""

    __tablename__ = "plan_dedication"
    __table_args__ = (CheckConstraint("kind IN ('honour', 'memory')", "kind"),)

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    kind: Mapped[str]
    sealed_honoured: Mapped[bytes]
    sealed_to_name: Mapped[bytes | None]
    sealed_to_email: Mapped[bytes | None]


class MailRefusal(Base):
    """An address that no dedication goes to: its owner said so. Known by its blind index alone."""

    __tablename__ = "mail_refusal"

    email_index: Mapped[bytes] = mapped_column(primary_key=True)
    refused_at: Mapped[datetime]
