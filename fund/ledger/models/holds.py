"""What open inquiries hold of a fund: memo, not in the books."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base
from fund.ledger.models.roles import SCHEMA


class Hold(Base):
    """Money that may be asked back, so that no award takes it; `cause` names the inquiry.

    `concerns` is the key of the charge that it asks about: no more counts than is still here of
    it. Without one, all of it counts.
    """

    __tablename__ = "hold"
    __table_args__ = (
        ForeignKeyConstraint(
            ["fund_id", "currency"], ["ledger.fund_guard.fund_id", "ledger.fund_guard.currency"]
        ),
        Index("ix_hold_fund_id_currency", "fund_id", "currency"),
        CheckConstraint("amount_minor > 0", "amount"),
        SCHEMA,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    fund_id: Mapped[UUID]
    currency: Mapped[str]
    amount_minor: Mapped[int]
    concerns: Mapped[str | None]
    cause: Mapped[str] = mapped_column(unique=True)
    recorded_at: Mapped[datetime]
    actor: Mapped[str]


class HoldRelease(Base):
    """The inquiry is over, and its hold counts no more."""

    __tablename__ = "hold_release"
    __table_args__ = SCHEMA

    hold_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.hold.id"), primary_key=True)
    recorded_at: Mapped[datetime]
    actor: Mapped[str]
