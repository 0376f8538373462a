"""Donors, gifts and receipts."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base, Stateful
from fund.ids import new_id
from fund.money import Money


class Donor(Base):
    """Who gives: one row an e-mail address, sealed under the donor's own key."""

    __tablename__ = "donor"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key_id: Mapped[UUID] = mapped_column(ForeignKey("vault.data_key.id"))
    email_index: Mapped[bytes] = mapped_column(unique=True)
    sealed_email: Mapped[bytes]
    sealed_name: Mapped[bytes | None]
    language: Mapped[str]
    created_at: Mapped[datetime]


class Gift(Stateful, Base):
    """One gift, however many times its payment was tried. `paid` never goes back.

    Within one attempt a state only moves on; a new attempt opens a failed or expired gift again.
    """

    __tablename__ = "gift"
    __table_args__ = (
        UniqueConstraint("office_id", "bank_reference"),
        CheckConstraint("amount_minor > 0", name="amount_minor"),
    )
    TRANSITIONS = {
        "open": frozenset({"processing", "paid", "failed", "expired"}),
        "processing": frozenset({"paid", "failed", "expired"}),
        "failed": frozenset({"open", "paid"}),
        "expired": frozenset({"open", "paid"}),
        "paid": frozenset(),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    donor_id: Mapped[UUID | None] = mapped_column(ForeignKey("donor.id"), index=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"))
    fund_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.fund.id"))
    amount_minor: Mapped[int]
    currency: Mapped[str]
    method: Mapped[str]
    state: Mapped[str]
    attempt: Mapped[int] = mapped_column(default=1)
    language: Mapped[str]
    stripe_session_id: Mapped[str | None] = mapped_column(unique=True)
    stripe_payment_intent_id: Mapped[str | None] = mapped_column(unique=True)
    stripe_charge_id: Mapped[str | None] = mapped_column(unique=True)
    bank_reference: Mapped[str | None]
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    paid_on: Mapped[date | None]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


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
