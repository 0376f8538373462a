"""What a donor gave in a year, told in one paper."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base
from fund.ids import new_id


class AnnualStatement(Base):
    """One a donor, office and year, made once the year is over. It tells what was receipted until
    then: receipts whose ids come before its own. `donor_ids`: the records that were theirs.
    `is_tax_year`: the year is that of the office's tax office, which ended in `year`."""

    __tablename__ = "annual_statement"
    __table_args__ = (
        UniqueConstraint("donor_id", "office_id", "year", "is_tax_year"),
        CheckConstraint("donor_id = ANY (donor_ids)", "donor_ids"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    donor_id: Mapped[UUID] = mapped_column(ForeignKey("donor.id"))
    donor_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"))
    year: Mapped[int]
    is_tax_year: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    audit_event_id: Mapped[UUID]
    made_at: Mapped[datetime]
    mailed_at: Mapped[datetime | None]
