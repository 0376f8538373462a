"""Calls for gifts to one fund, with a target and a page of their own."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base
from fund.ids import new_id


class Campaign(Base):
    """A page at `/give/<slug>` until `closed_on`; `target_minor` is in satang."""

    __tablename__ = "campaign"
    __table_args__ = (CheckConstraint("target_minor > 0", "target_minor"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(unique=True)
    fund_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.fund.id"))
    title_en: Mapped[str]
    title_th: Mapped[str]
    text_en: Mapped[str]
    text_th: Mapped[str]
    target_minor: Mapped[int]
    opened_at: Mapped[datetime]
    closed_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))


class FrameOrigin(Base):
    """A site of the charity that may show the small give page in a frame, as `https://host`."""

    __tablename__ = "frame_origin"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    origin: Mapped[str] = mapped_column(unique=True)
    added_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    added_at: Mapped[datetime]
