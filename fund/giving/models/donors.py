"""Who gives."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base
from fund.ids import new_id


class Donor(Base):
    """Who gives: one row an e-mail address, sealed under the donor's own key.

    `merged_into_id`: this record was found to be that donor's; what belongs to it stays where it
    is, and is theirs. No chains: what it points to points nowhere. `erased_at`: the key is
    destroyed, and the index is a random one that no address has.
    """

    __tablename__ = "donor"
    __table_args__ = (
        CheckConstraint("merged_into_id <> id", "merged_into_id"),
        Index(None, "merged_into_id", postgresql_where=text("merged_into_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key_id: Mapped[UUID] = mapped_column(ForeignKey("vault.data_key.id"))
    email_index: Mapped[bytes] = mapped_column(unique=True)
    sealed_email: Mapped[bytes]
    sealed_name: Mapped[bytes | None]
    sealed_tax_id: Mapped[bytes | None]
    language: Mapped[str]
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("donor.id"))
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]

    @property
    def head_id(self) -> UUID:
        """The donor whose record this is: its own id, or that of the one it was merged into."""
        return self.merged_into_id or self.id


class DonorMark(Base):
    """By what a record is alike to others, blind: address, name, the sound of it, tax number."""

    __tablename__ = "donor_mark"
    __table_args__ = (Index(None, "kind", "mark"),)

    donor_id: Mapped[UUID] = mapped_column(ForeignKey("donor.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    mark: Mapped[bytes] = mapped_column(primary_key=True)


class DonorApart(Base):
    """Two records that are alike and not one person's: they are not proposed again."""

    __tablename__ = "donor_apart"
    __table_args__ = (CheckConstraint("one_id < other_id", "order"),)

    one_id: Mapped[UUID] = mapped_column(ForeignKey("donor.id"), primary_key=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("donor.id"), primary_key=True)
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime]
