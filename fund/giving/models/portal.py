"""How donors come to their own pages: a link by mail, then a visit."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base
from fund.ids import new_id


class PortalLink(Base):
    """A link that somebody asked for, whether or not the address is a donor's.

    `email_index` and `network_index` are blind: they find and count, and tell nobody who it was.
    """

    __tablename__ = "portal_link"
    __table_args__ = (
        Index(None, "email_index", "made_at"),
        Index(None, "network_index", "made_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email_index: Mapped[bytes]
    network_index: Mapped[bytes]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PortalSession(Base):
    """A donor's visit to their own pages. The browser holds the id, we hold its hash."""

    __tablename__ = "portal_session"

    id_sha256: Mapped[bytes] = mapped_column(primary_key=True)
    donor_id: Mapped[UUID] = mapped_column(ForeignKey("donor.id"), index=True)
    made_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
