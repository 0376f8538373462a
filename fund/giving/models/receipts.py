"""What the donor is given for it: receipts, and the series that numbers them."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
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
    """The receipt of a paid gift, dated by the payment in the office's time zone; or a correction.

    A gift's receipts are a chain: `corrects_id` is the one before, of which `return_id` is the
    reason. `amount_minor` is what counts since then. `terms_from`: the office's terms of that time.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        ForeignKeyConstraint(
            ["office_id", "year"], ["receipt_series.office_id", "receipt_series.year"]
        ),
        ForeignKeyConstraint(["corrects_id", "gift_id"], ["receipt.id", "receipt.gift_id"]),
        ForeignKeyConstraint(["return_id", "gift_id"], ["gift_return.id", "gift_return.gift_id"]),
        ForeignKeyConstraint(
            ["office_id", "terms_from"], ["office_terms.office_id", "office_terms.valid_from"]
        ),
        UniqueConstraint("office_id", "year", "number"),
        UniqueConstraint("id", "gift_id"),
        Index(
            "uq_receipt_gift_id",
            "gift_id",
            unique=True,
            postgresql_where=text("corrects_id IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    office_id: Mapped[UUID]
    year: Mapped[int]
    number: Mapped[int]
    gift_id: Mapped[UUID] = mapped_column(ForeignKey("gift.id"), index=True)
    kind: Mapped[str]
    amount_minor: Mapped[int]
    issued_on: Mapped[date]
    corrects_id: Mapped[UUID | None] = mapped_column(unique=True)
    return_id: Mapped[UUID | None] = mapped_column(unique=True)
    terms_from: Mapped[datetime | None]
    audit_event_id: Mapped[UUID]
    mailed_at: Mapped[datetime | None]
