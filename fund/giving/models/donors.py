"""Who gives."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base
from fund.ids import new_id


class Donor(Base):
    """Who gives: one row an e-mail address, sealed under the donor's own key."""

    __tablename__ = "donor"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key_id: Mapped[UUID] = mapped_column(ForeignKey("vault.data_key.id"))
    email_index: Mapped[bytes] = mapped_column(unique=True)
    sealed_email: Mapped[bytes]
    sealed_name: Mapped[bytes | None]
    sealed_tax_id: Mapped[bytes | None]
    language: Mapped[str]
    created_at: Mapped[datetime]
