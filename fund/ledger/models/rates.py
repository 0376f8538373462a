"""Rates at which foreign cash is translated."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base
from fund.ledger.models.roles import SCHEMA


class Rate(Base):
    """What a unit of `currency` is worth in baht from `valid_on` on; of a day the newest counts.

    Never changed: a wrong rate is followed by the right one, of the same day.
    """

    __tablename__ = "rate"
    __table_args__ = (
        Index("ix_rate_currency_valid_on_id", "currency", "valid_on", "id"),
        CheckConstraint("currency <> 'THB'", "currency"),
        CheckConstraint("thb_per_unit > 0", "thb_per_unit"),
        SCHEMA,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    currency: Mapped[str]
    valid_on: Mapped[date]
    thb_per_unit: Mapped[Decimal] = mapped_column(Numeric(18, 8))
    source: Mapped[str]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
