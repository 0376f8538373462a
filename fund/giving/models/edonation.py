"""What stands in the file of gifts for the Revenue Department."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base


class EdonationMapping(Base):
    """The columns of an office's e-Donation file, as [heading, field]; the highest number holds.

    They count as unconfirmed until somebody of finance held them against the Revenue Department's
    own form. Other columns are a row of their own, and are checked anew.
    """

    __tablename__ = "edonation_mapping"

    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    columns: Mapped[list[list[str]]] = mapped_column(JSONB)
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
    checked_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    checked_at: Mapped[datetime | None]

    @property
    def is_confirmed(self) -> bool:
        return self.checked_at is not None
