"""What a donor gave in a year, told in one paper."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base
from fund.ids import new_id


class AnnualStatement(Base):
    """One a donor, office and year, made once the year is over. It tells what was receipted until
    then: receipts whose ids come before its own."""

    __tablename__ = "annual_statement"
    __table_args__ = (UniqueConstraint("donor_id", "office_id", "year"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    donor_id: Mapped[UUID] = mapped_column(ForeignKey("donor.id"))
    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"))
    year: Mapped[int]
    audit_event_id: Mapped[UUID]
    made_at: Mapped[datetime]
    mailed_at: Mapped[datetime | None]
