"""Payees and their accounts, payment runs, payments, and the committee's approvals of a run."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund.db import Base, Stateful
from fund.ids import new_id
from fund.money import Money, baht


class Payee(Base):
    """Who is paid. A guardian's name is identity: sealed, and shown as "guardian of LF-…"."""

    __tablename__ = "payee"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    name: Mapped[str | None]
    survivor_id: Mapped[UUID | None] = mapped_column(ForeignKey("vault.survivor.id"), index=True)
    key_id: Mapped[UUID] = mapped_column(ForeignKey("vault.data_key.id"))
    added_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    added_at: Mapped[datetime]

    accounts: Mapped[list["PayeeAccount"]] = relationship(order_by="PayeeAccount.id")

    def account_on(self, now: datetime) -> "PayeeAccount | None":
        """The newest account, if a second person checked it and its pause is over."""
        newest = self.accounts[-1] if self.accounts else None
        return newest if newest and newest.is_usable(now) else None


class PayeeAccount(Base):
    """A bank account as entered, sealed under the payee's key; a change is a new row."""

    __tablename__ = "payee_account"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    payee_id: Mapped[UUID] = mapped_column(ForeignKey("payee.id"), index=True)
    sealed_details: Mapped[bytes]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    entered_at: Mapped[datetime]
    checked_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    checked_at: Mapped[datetime | None]
    usable_from: Mapped[datetime | None]

    @property
    def context(self) -> str:
        return f"payee_account.sealed_details:{self.id}"

    def is_usable(self, now: datetime) -> bool:
        return self.usable_from is not None and self.usable_from <= now


class Run(Base, Stateful):
    """Payments that leave together, frozen when prepared: approvals are for `content_sha256`."""

    __tablename__ = "run"
    __table_args__ = (Index("ix_run_state_id", "state", "id"),)
    TRANSITIONS = {
        "prepared": frozenset({"approved", "cancelled"}),
        "approved": frozenset({"sent", "cancelled"}),
        "sent": frozenset({"closed"}),
        "closed": frozenset(),
        "cancelled": frozenset(),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"))
    state: Mapped[str] = mapped_column(default="prepared")
    total_minor: Mapped[int]
    content_sha256: Mapped[bytes]
    prepared_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    prepared_at: Mapped[datetime]
    sent_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    sent_at: Mapped[datetime | None]

    payments: Mapped[list["Payment"]] = relationship(order_by="Payment.id", back_populates="run")
    approvals: Mapped[list["RunApproval"]] = relationship(order_by="RunApproval.id")

    @property
    def total(self) -> Money:
        return baht(self.total_minor)


class Payment(Base, Stateful):
    """One instalment paid to one account, in satang; `bank_reference` once the bank shows it."""

    __tablename__ = "payment"
    __table_args__ = (
        Index(
            "uq_payment_live_instalment_id",
            "instalment_id",
            unique=True,
            postgresql_where=text("state NOT IN ('returned', 'cancelled')"),
        ),
    )
    TRANSITIONS = {
        "prepared": frozenset({"sent", "cancelled"}),
        "sent": frozenset({"paid", "returned"}),
        "paid": frozenset({"returned"}),
        "returned": frozenset(),
        "cancelled": frozenset(),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id"), index=True)
    instalment_id: Mapped[UUID] = mapped_column(ForeignKey("instalment.id"))
    payee_id: Mapped[UUID] = mapped_column(ForeignKey("payee.id"), index=True)
    payee_account_id: Mapped[UUID] = mapped_column(ForeignKey("payee_account.id"))
    amount_minor: Mapped[int]
    state: Mapped[str] = mapped_column(default="prepared")
    bank_reference: Mapped[str | None]
    paid_on: Mapped[date | None]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    return_reason: Mapped[str | None]
    returned_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))

    run: Mapped[Run] = relationship(back_populates="payments")

    @property
    def amount(self) -> Money:
        return baht(self.amount_minor)

    @property
    def reference(self) -> str:
        """What the bank is told, and writes back: a transfer never says what we are."""
        return self.id.hex[-10:].upper()


class RunApproval(Base):
    """One committee member's approval of exactly this content."""

    __tablename__ = "run_approval"
    __table_args__ = (UniqueConstraint("run_id", "member_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    as_chair: Mapped[bool]
    content_sha256: Mapped[bytes]
    approved_at: Mapped[datetime]
