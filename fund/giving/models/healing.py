"""What the daily look at receipts found."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base
from fund.ids import new_id


class ReceiptCheck(Base):
    """One look at all receipts, and how many were not as they should be."""

    __tablename__ = "receipt_check"

    ran_at: Mapped[datetime] = mapped_column(primary_key=True)
    found: Mapped[int]


class ReceiptFault(Base):
    """A paid gift without its receipt, or without the correction, or whose mail never left.

    `reason`: why it was not healed when it was last tried (`tried_at`), if it was not. `healed_at`:
    since when it is as it should be.
    """

    __tablename__ = "receipt_fault"
    __table_args__ = (
        Index(
            "uq_receipt_fault_gift_id_kind",
            "gift_id",
            "kind",
            unique=True,
            postgresql_where=text("healed_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    gift_id: Mapped[UUID] = mapped_column(ForeignKey("gift.id"))
    kind: Mapped[str]
    reason: Mapped[str | None]
    found_at: Mapped[datetime]
    tried_at: Mapped[datetime]
    healed_at: Mapped[datetime | None]
