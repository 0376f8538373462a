"""What runs at Stripe and is nobody's here."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base, Stateful
from fund.money import Money


class StraySubscription(Stateful, Base):
    """A subscription that bills somebody, and no plan of ours knows of it.

    It is stopped there; `left` is one from before the office was opened here, which is not ours to
    stop. Finance writes to the donor, or gives back, and says that it was seen to.
    """

    __tablename__ = "stray_subscription"
    __table_args__ = (
        Index(
            "ix_stray_subscription_found_at",
            "found_at",
            postgresql_where=text("noted_at IS NULL"),
        ),
    )
    TRANSITIONS = {
        "stopping": frozenset({"stopped"}),
        "stopped": frozenset(),
        "left": frozenset(),
    }

    id: Mapped[str] = mapped_column(primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"))
    customer_id: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    state: Mapped[str]
    found_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    noted_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    noted_at: Mapped[datetime | None]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
