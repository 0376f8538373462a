"""Periods."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base
from fund.ledger.models.roles import SCHEMA, one_of


class Period(Base):
    """Days that are open for posting, or closed. Days of no period are open."""

    __tablename__ = "period"
    __table_args__: Any = (
        ExcludeConstraint(("days", "&&"), name="ex_period_days", using="gist"),
        CheckConstraint(one_of("status", ("open", "closing", "closed")), "status"),
        SCHEMA,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    days: Mapped[Range[date]] = mapped_column(DATERANGE)
    status: Mapped[str]
