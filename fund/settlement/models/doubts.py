"""What may take a gift back: disputes and inquiries of banks, warnings of fraud, reviews."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base
from fund.money import Money

INQUIRY = ("warning_needs_response", "warning_under_review")
TO_ANSWER = ("warning_needs_response", "needs_response")


class Dispute(Base):
    """A bank asks about a charge, or took it back; `amount_minor` in the donor's currency.

    An inquiry moves no money: the gift is held. What was taken, and what came back, are lines of
    the balance; a loss moves nothing more and is booked once `lost_at` and the line are known.
    """

    __tablename__ = "stripe_dispute"

    id: Mapped[str] = mapped_column(primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"))
    charge_id: Mapped[str] = mapped_column(index=True)
    amount_minor: Mapped[int]
    currency: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str]
    evidence_due_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    lost_at: Mapped[datetime | None]
    loss_booked_at: Mapped[datetime | None]
    win_told_at: Mapped[datetime | None]
    noted_as: Mapped[str | None]
    noted_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    noted_at: Mapped[datetime | None]
    hold_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger.hold.id"))
    released_at: Mapped[datetime | None]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def is_open(self) -> bool:
        """Whether it holds the gift."""
        return self.state in INQUIRY

    @property
    def is_to_answer(self) -> bool:
        """Whether the bank waits for us, and nobody said that it was seen to."""
        return self.state in TO_ANSWER and self.noted_at is None

    @property
    def cause(self) -> str:
        return f"inquiry:{self.id}"


class Alert(Base):
    """A card network's early warning, or a review of Stripe's: the gift is held until somebody
    keeps it, or until Stripe closes it because it was refunded, disputed or approved there."""

    __tablename__ = "stripe_alert"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"))
    charge_id: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str]
    opened_at: Mapped[datetime]
    decision: Mapped[str | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    hold_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger.hold.id"))
    released_at: Mapped[datetime | None]

    @property
    def is_open(self) -> bool:
        """Whether it holds the gift."""
        return self.decision is None

    @property
    def cause(self) -> str:
        return f"{self.kind}:{self.id}"
