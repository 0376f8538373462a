"""What is given."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base, Stateful
from fund.ids import new_id
from fund.money import Money


class Gift(Stateful, Base):
    """One gift, however many times its payment was tried. `paid` never goes back.

    Within one attempt a state only moves on; a new attempt opens a failed or expired gift again.
    `amount_minor` is all that is charged, `cover_minor` the part of it that was added for the fee.
    `payment_reference`: what a PromptPay code says, and the bank's statement gives back.
    `has_outside_receipt`: the donor got one elsewhere, on paper, so none is issued here.
    `is_bank_reported`: it came by the bank's own e-Donation code, and the bank tells the Revenue
    Department of it.
    `for_month`: the first day of the month that a pledge was asked for.
    """

    __tablename__ = "gift"
    __table_args__ = (
        UniqueConstraint("office_id", "bank_reference"),
        UniqueConstraint("office_id", "payment_reference"),
        UniqueConstraint("plan_id", "for_month"),
        CheckConstraint("amount_minor > 0", name="amount_minor"),
        Index("ix_gift_office_id_paid_on", "office_id", "paid_on"),
        Index(
            "ix_gift_at_stripe",
            "office_id",
            "created_at",
            postgresql_where=text("state IN ('open', 'processing')"),
        ),
        Index(
            "ix_gift_waiting",
            "created_at",
            postgresql_where=text("method = 'promptpay' AND state = 'open'"),
        ),
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
    campaign_id: Mapped[UUID | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    amount_minor: Mapped[int]
    currency: Mapped[str]
    method: Mapped[str]
    state: Mapped[str]
    attempt: Mapped[int] = mapped_column(default=1)
    language: Mapped[str]
    stripe_session_id: Mapped[str | None] = mapped_column(unique=True)
    stripe_payment_intent_id: Mapped[str | None] = mapped_column(unique=True)
    stripe_charge_id: Mapped[str | None] = mapped_column(unique=True)
    payment_reference: Mapped[str | None]
    stripe_invoice_id: Mapped[str | None] = mapped_column(unique=True)
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan.id"), index=True)
    for_month: Mapped[date | None]
    cover_minor: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    country: Mapped[str | None]
    wants_tax_receipt: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    is_anonymous: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    sealed_company: Mapped[bytes | None]
    sealed_note: Mapped[bytes | None]
    sealed_tax_id: Mapped[bytes | None]
    bank_reference: Mapped[str | None]
    has_outside_receipt: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    is_bank_reported: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    paid_on: Mapped[date | None]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class GiftPaper(Base):
    """The paper that shows a gift by transfer, cash or cheque, kept with finance's papers."""

    __tablename__ = "gift_paper"

    gift_id: Mapped[UUID] = mapped_column(ForeignKey("gift.id"), primary_key=True)
    paper_id: Mapped[UUID] = mapped_column(ForeignKey("entry_paper.id"), unique=True)
