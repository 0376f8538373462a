"""What of a gift went back to its donor."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base
from fund.ids import new_id


class GiftReturn(Base):
    """A part of a gift, or all of it, that went back; below zero where it came here again.

    `kind`: refund, refund_failed, dispute_lost, dispute_won, reversal, restored. `source` is the
    fact that it stands for, once: `re_…`, `re_…:failed`, `dp_…:lost`, or `entry:…`.
    """

    __tablename__ = "gift_return"
    __table_args__ = (UniqueConstraint("id", "gift_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    gift_id: Mapped[UUID] = mapped_column(ForeignKey("gift.id"), index=True)
    kind: Mapped[str]
    source: Mapped[str] = mapped_column(unique=True)
    amount_minor: Mapped[int]
    happened_on: Mapped[date]
    recorded_at: Mapped[datetime]
    actor: Mapped[str]
