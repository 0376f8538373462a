"""Events as Stripe sent them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base, Stateful
from fund.ids import new_id


class InboxEvent(Stateful, Base):
    """One event of one office, kept whole and sealed; `due_at` is when it is looked at next."""

    __tablename__ = "settlement_inbox"
    __table_args__ = (
        UniqueConstraint("office_id", "event_id"),
        Index(None, "due_at", postgresql_where=text("state <> 'done'")),
    )
    TRANSITIONS = {
        "waiting": frozenset({"done", "failed"}),
        "failed": frozenset({"waiting", "done", "failed"}),
        "done": frozenset(),
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
    due_at: Mapped[datetime]
    error: Mapped[str | None]
    done_at: Mapped[datetime | None]
