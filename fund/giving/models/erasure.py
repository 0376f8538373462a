"""Donors who ask to be forgotten."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base, Stateful
from fund.ids import new_id


class ErasureRequest(Stateful, Base):
    """A donor's wish to be forgotten, and what was decided about it.

    `sealed_to` is where the answer goes, under a key of its own that is destroyed once it left.
    """

    __tablename__ = "erasure_request"
    __table_args__ = (
        Index(
            "uq_erasure_request_asked",
            "donor_id",
            unique=True,
            postgresql_where=text("state = 'asked'"),
        ),
    )
    TRANSITIONS = {
        "asked": frozenset({"withdrawn", "refused", "granted"}),
        "withdrawn": frozenset(),
        "refused": frozenset(),
        "granted": frozenset(),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    donor_id: Mapped[UUID] = mapped_column(ForeignKey("donor.id"), index=True)
    state: Mapped[str]
    asked_at: Mapped[datetime]
    reason: Mapped[str | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    language: Mapped[str | None]
    key_id: Mapped[UUID | None] = mapped_column(ForeignKey("vault.data_key.id"))
    sealed_to: Mapped[bytes | None]
    mailed_at: Mapped[datetime | None]
