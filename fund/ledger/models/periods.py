"""Periods, what each account stood at when one was closed, and totals by day."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, PrimaryKeyConstraint, text
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base
from fund.ledger.models.roles import SCHEMA, one_of


class Period(Base):
    """Days that are open for posting, or closed. Days after the last period are open.

    The first period has no first day: it begins with the books. Each other begins where the one
    before it ends, and they are closed in order; so what is closed is all up to one day.
    `unreconciled` is what was open when it was closed, and `reason` why it was closed all the same.
    """

    __tablename__ = "period"
    __table_args__: Any = (
        ExcludeConstraint(("days", "&&"), name="ex_period_days", using="gist"),
        CheckConstraint(one_of("status", ("open", "closing", "closed")), "status"),
        CheckConstraint("NOT isempty(days) AND NOT upper_inf(days)", "days"),
        CheckConstraint(
            "(status = 'open') = (closing_at IS NULL)"
            " AND (closing_at IS NULL) = (closing_by IS NULL)",
            "closing",
        ),
        CheckConstraint(
            "(status = 'closed') = (closed_at IS NOT NULL)"
            " AND (closed_at IS NULL) = (closed_by IS NULL)"
            " AND (closed_at IS NULL) = (unreconciled IS NULL)"
            " AND (closed_at IS NULL) = (snapshot_sha256 IS NULL)",
            "closed",
        ),
        CheckConstraint("octet_length(snapshot_sha256) = 32", "snapshot_sha256"),
        CheckConstraint("reason <> ''", "reason"),
        CheckConstraint(
            "unreconciled IS NULL OR reason IS NOT NULL OR unreconciled = '[]'", "reconciled"
        ),
        SCHEMA,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    days: Mapped[Range[date]] = mapped_column(DATERANGE)
    status: Mapped[str]
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    closing_at: Mapped[datetime | None]
    closing_by: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    reason: Mapped[str | None]
    unreconciled: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    snapshot_sha256: Mapped[bytes | None]

    @property
    def first_on(self) -> date | None:
        """None: from the beginning of the books."""
        return self.days.lower

    @property
    def last_on(self) -> date:
        after = self.days.upper
        assert after is not None  # noqa: S101 a period ends: ck_period_days
        return after - timedelta(days=1)

    @property
    def is_month(self) -> bool:
        """Whether the days are those of one calendar month."""
        next_month = self.last_on + timedelta(days=1)
        return next_month.day == 1 and self.first_on == self.last_on.replace(day=1)


class PeriodSnapshot(Base):
    """All that an account had moved by the last day of a period, when this was closed."""

    __tablename__ = "period_snapshot"
    __table_args__ = (
        PrimaryKeyConstraint("period_id", "account_id"),
        CheckConstraint("debits >= 0 AND credits >= 0", "totals"),
        SCHEMA,
    )

    period_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.period.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.account.id"))
    debits: Mapped[int]
    credits: Mapped[int]


class BalanceDay(Base):
    """What an account moved on a day, by the journals of the leaves that `RollUp` counts."""

    __tablename__ = "balance_day"
    __table_args__ = (
        PrimaryKeyConstraint("day", "account_id"),
        CheckConstraint("debits >= 0 AND credits >= 0", "totals"),
        SCHEMA,
    )

    day: Mapped[date]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.account.id"))
    debits: Mapped[int]
    credits: Mapped[int]


class RollUp(Base):
    """The one row that says of how many of the log's leaves the journals are in `balance_day`.

    The rest says where the last of these stands, so that what comes after it is found at once.
    """

    __tablename__ = "roll_up"
    __table_args__ = (
        CheckConstraint("is_only", "is_only"),
        CheckConstraint("leaves >= 0", "leaves"),
        SCHEMA,
    )

    is_only: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    leaves: Mapped[int]
    epoch: Mapped[int]
    xid: Mapped[int]
    event_id: Mapped[UUID]
