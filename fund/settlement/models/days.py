"""What Stripe itself said an office's balance was, and why finance lets a difference stand."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base
from fund.ids import new_id


class BalanceDay(Base):
    """Stripe's answer at `taken_at`, when nothing moved meanwhile, for the end of `day`."""

    __tablename__ = "stripe_balance_day"

    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    available_minor: Mapped[int]
    pending_minor: Mapped[int]
    taken_at: Mapped[datetime]


class Explanation(Base):
    """Why a difference stands: this kind of this thing, as long as it is of just this amount."""

    __tablename__ = "difference_explanation"
    __table_args__ = (
        CheckConstraint("btrim(reason) <> ''", "reason"),
        Index("ix_difference_explanation_office_id_kind_thing", "office_id", "kind", "thing"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"))
    kind: Mapped[str]
    thing: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    reason: Mapped[str]
    explained_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    explained_at: Mapped[datetime]
