"""Refunds, ours and those made at Stripe, and who may make one alone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base, Stateful
from fund.ids import new_id
from fund.money import Money

AT_STRIPE = frozenset({"pending", "requires_action", "succeeded", "failed", "canceled"})


class Refund(Stateful, Base):
    """A part of a gift that is given back, in the gift's currency.

    Ours is `asked`, perhaps decided by a second person, `approved`, `sending`, and then what Stripe
    says; one of the `dashboard` was made at Stripe. It stands in the books when Stripe's balance
    shows it, not before. One that `failed` or lapsed (`canceled`) came back, and waits until
    somebody gives it back another way (`settled_at`).
    """

    __tablename__ = "stripe_refund"
    __table_args__ = (
        Index(
            "ix_stripe_refund_open",
            "id",
            postgresql_where=text(
                "settled_at IS NULL AND state NOT IN ('declined', 'refused', 'succeeded')"
            ),
        ),
    )
    TRANSITIONS = {
        "asked": frozenset({"approved", "declined"}),
        "approved": frozenset({"sending"}),
        "declined": frozenset(),
        "sending": AT_STRIPE | {"refused"},
        "refused": frozenset(),
        # Money that failed to arrive is back for good; before that Stripe may change its mind.
        "pending": AT_STRIPE,
        "requires_action": AT_STRIPE,
        "succeeded": frozenset({"succeeded", "failed"}),
        "failed": frozenset({"failed"}),
        "canceled": frozenset({"canceled"}),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    gift_id: Mapped[UUID] = mapped_column(ForeignKey("gift.id"), index=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"))
    stripe_id: Mapped[str | None] = mapped_column(unique=True)
    origin: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str]
    pending_reason: Mapped[str | None]
    failure_reason: Mapped[str | None]
    action_until: Mapped[datetime | None]
    needs_second: Mapped[bool]
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    settled_at: Mapped[datetime | None]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class RefundLimit(Base):
    """From then on one person of finance may give back so much alone, in the office's currency."""

    __tablename__ = "refund_limit"

    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"), primary_key=True)
    valid_from: Mapped[datetime] = mapped_column(primary_key=True)
    alone_minor: Mapped[int]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
