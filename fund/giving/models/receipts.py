"""What the donor is given for it: receipts, and the series that numbers them."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base
from fund.ids import new_id


class ReceiptNumber(NamedTuple):
    """`NZ-2026-000123`."""

    prefix: str
    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}-{self.number:06d}"


class ReceiptSeries(Base):
    """The last number used, an office and a year; its row lock keeps the series without gaps."""

    __tablename__ = "receipt_series"

    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_number: Mapped[int]


class Receipt(Base):
    """The receipt of one paid gift, dated by the payment in the office's time zone."""

    __tablename__ = "receipt"
    __table_args__ = (
        ForeignKeyConstraint(
            ["office_id", "year"], ["receipt_series.office_id", "receipt_series.year"]
        ),
        UniqueConstraint("office_id", "year", "number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    office_id: Mapped[UUID]
    year: Mapped[int]
    number: Mapped[int]
    gift_id: Mapped[UUID] = mapped_column(ForeignKey("gift.id"), unique=True)
    kind: Mapped[str]
    issued_on: Mapped[date]
    audit_event_id: Mapped[UUID]
    mailed_at: Mapped[datetime | None]
