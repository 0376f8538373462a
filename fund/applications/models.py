"""An application, its budget lines and the other support for the same costs.

What is written freely (aim, need, plan, safety) is sealed under the survivor's key. Region and age
band are taken at submission, so that the committee never needs the record they come from.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund.db import Base, Stateful, Versioned
from fund.ids import new_id

EDITABLE = ("draft", "returned")


class Application(Base, Versioned, Stateful):
    """One request for one survivor; `round` counts its submissions."""

    __tablename__ = "application"
    __table_args__ = (Index("ix_application_state_id", "state", "id"),)
    TRANSITIONS = {
        "draft": frozenset({"submitted", "withdrawn"}),
        "submitted": frozenset({"in_review", "returned", "withdrawn"}),
        "in_review": frozenset({"approved", "declined", "deferred", "returned", "withdrawn"}),
        "returned": frozenset({"submitted", "withdrawn"}),
        "deferred": frozenset({"withdrawn"}),
        "approved": frozenset(),
        "declined": frozenset(),
        "withdrawn": frozenset(),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    survivor_id: Mapped[UUID] = mapped_column(ForeignKey("vault.survivor.id"), index=True)
    kind: Mapped[str]
    fund_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.fund.id"), index=True)
    state: Mapped[str] = mapped_column(default="draft")
    author_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    sealed_aim: Mapped[bytes | None]
    sealed_need: Mapped[bytes | None]
    sealed_plan: Mapped[bytes | None]
    sealed_safety: Mapped[bytes | None]
    region: Mapped[str | None]
    age_band: Mapped[str | None]
    round: Mapped[int] = mapped_column(default=0)
    requested_minor: Mapped[int | None]
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]

    lines: Mapped[list["BudgetLine"]] = relationship(
        order_by="BudgetLine.position", cascade="all, delete-orphan"
    )
    supports: Mapped[list["OtherSupport"]] = relationship(
        order_by="OtherSupport.position", cascade="all, delete-orphan"
    )


class BudgetLine(Base):
    """One cost in THB, to whom and in which month (its first day); a draft's may be unfinished."""

    __tablename__ = "budget_line"
    __table_args__ = (UniqueConstraint("application_id", "position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    position: Mapped[int]
    line_kind: Mapped[str | None]
    payee_kind: Mapped[str | None]
    guardian_reason: Mapped[str | None]
    amount_minor: Mapped[int | None]
    due_month: Mapped[date | None]

    @property
    def is_complete(self) -> bool:
        asked = (self.line_kind, self.payee_kind, self.amount_minor, self.due_month)
        return None not in asked and (
            self.payee_kind != "guardian" or self.guardian_reason is not None
        )


class OtherSupport(Base):
    """What another source gives for one of the same costs; only what is granted lowers the gap."""

    __tablename__ = "other_support"
    __table_args__ = (UniqueConstraint("application_id", "position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    position: Mapped[int]
    source: Mapped[str | None]
    line_kind: Mapped[str | None]
    standing: Mapped[str | None]
    amount_minor: Mapped[int | None]

    @property
    def is_complete(self) -> bool:
        return None not in (self.source, self.line_kind, self.standing, self.amount_minor)
