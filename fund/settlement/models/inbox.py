"""Events as Stripe sent them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base, Stateful
from fund.ids import new_id


class InboxEvent(Stateful, Base):
    """One event of one office, kept whole and sealed; `due_at` is when it is looked at next.

    Under the office's key until its donor is known, then under the donor's. `asking`: Stripe is to
    be asked how its object stands. `ignored`: nothing in this service follows from its type.
    """

    __tablename__ = "settlement_inbox"
    __table_args__ = (
        UniqueConstraint("office_id", "event_id"),
        Index(None, "due_at", postgresql_where=text("state IN ('waiting', 'failed')")),
        Index("ix_settlement_inbox_asking", "due_at", postgresql_where=text("state = 'asking'")),
        Index("ix_settlement_inbox_failed", "id", postgresql_where=text("state = 'failed'")),
        Index(None, "office_id", "received_at", postgresql_where=text("way = 'webhook'")),
        Index(
            "ix_settlement_inbox_swept",
            "office_id",
            "received_at",
            postgresql_where=text("way = 'sweep'"),
        ),
    )
    TRANSITIONS = {
        "waiting": frozenset({"waiting", "asking", "done", "ignored", "failed"}),
        "asking": frozenset({"done", "failed"}),
        "failed": frozenset({"waiting", "asking", "done", "ignored", "failed"}),
        "done": frozenset({"waiting"}),
        "ignored": frozenset({"waiting"}),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"))
    event_id: Mapped[str]
    type: Mapped[str]
    object_id: Mapped[str]
    happened_at: Mapped[datetime]
    received_at: Mapped[datetime]
    way: Mapped[str]
    key_id: Mapped[UUID] = mapped_column(ForeignKey("vault.data_key.id"))
    sealed_payload: Mapped[bytes] = mapped_column(deferred=True)  # kept, and read by no page
    state: Mapped[str] = mapped_column(default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    replayed: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    error: Mapped[str | None]
    done_at: Mapped[datetime | None]


class Asked(Base):
    """How often Stripe was asked about an object of an office's account."""

    __tablename__ = "stripe_asked"

    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"), primary_key=True)
    object_id: Mapped[str] = mapped_column(primary_key=True)
    asked: Mapped[int]
