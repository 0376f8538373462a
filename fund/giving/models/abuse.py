"""What stands between the give page and Stripe's: who came, and what failed there.

Indices are blind: they count who is the same, and tell nobody who it is. Rows are kept a day.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base


class CheckoutGate(Base):
    """One attempt at a gift or plan, `order_id`, on its way to Stripe's page.

    `needs` is what is asked of it, `let_by` what was given: nothing, a proof of work, or the link
    that was mailed to its donor. `slot_at`: when it is its turn in a rush. `is_trapped`: it filled
    a field that no person sees. `closed_at`: its page at Stripe was closed, for too much failed.
    """

    __tablename__ = "checkout_gate"
    __table_args__ = (
        Index(None, "came_at"),
        Index(None, "email_index", "came_at"),
        Index(None, "address_index", "came_at"),
        Index(None, "network_index", "came_at"),
    )

    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"))
    email_index: Mapped[bytes]
    address_index: Mapped[bytes]
    network_index: Mapped[bytes]
    is_trapped: Mapped[bool]
    came_at: Mapped[datetime]
    needs: Mapped[str]
    let_by: Mapped[str | None]
    let_at: Mapped[datetime | None]
    slot_at: Mapped[datetime | None]
    link_id: Mapped[UUID | None] = mapped_column(unique=True)
    link_at: Mapped[datetime | None]
    links: Mapped[int]
    closed_at: Mapped[datetime | None]


class CheckoutFailure(Base):
    """A card that Stripe refused on the page of an attempt; a charge counts once."""

    __tablename__ = "checkout_failure"
    __table_args__ = (Index(None, "failed_at"),)

    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"), primary_key=True)
    charge_id: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[UUID]
    attempt: Mapped[int]
    let_by: Mapped[str]
    card_index: Mapped[bytes | None]
    email_index: Mapped[bytes]
    address_index: Mapped[bytes]
    network_index: Mapped[bytes]
    failed_at: Mapped[datetime]


class CheckoutBreaker(Base):
    """What every attempt at an office needs: 0 nothing, 1 a proof of work, 2 the mailed link.

    `troubled_at`: when cards were last refused as if they were tried out. `note`: why, of who moved
    it by hand.
    """

    __tablename__ = "checkout_breaker"

    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"), primary_key=True)
    level: Mapped[int]
    since: Mapped[datetime]
    troubled_at: Mapped[datetime]
    cause: Mapped[str]
    note: Mapped[str | None]
    moved_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class CheckoutPace(Base):
    """When an office's next session may be made at Stripe, and since when there is a line for it:
    Stripe takes so many a second."""

    __tablename__ = "checkout_pace"

    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"), primary_key=True)
    since: Mapped[datetime]
    next_at: Mapped[datetime]
