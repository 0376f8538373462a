"""An award, what must be true before it pays, its acceptance, its instalments, their evidence."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund.db import Base, Stateful
from fund.ids import new_id


class Award(Base, Stateful):
    """What the committee granted, in satang of one fund, reserved by the commitment."""

    __tablename__ = "award"
    TRANSITIONS = {
        "offered": frozenset({"active", "cancelled"}),
        "active": frozenset({"suspended", "completed", "cancelled"}),
        "suspended": frozenset({"active", "cancelled"}),
        "completed": frozenset(),
        "cancelled": frozenset(),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), unique=True)
    survivor_id: Mapped[UUID] = mapped_column(ForeignKey("vault.survivor.id"), index=True)
    fund_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.fund.id"), index=True)
    commitment_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.commitment.id"), unique=True)
    amount_minor: Mapped[int]
    state: Mapped[str] = mapped_column(default="offered")
    offered_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]

    instalments: Mapped[list["Instalment"]] = relationship(
        order_by="Instalment.position", back_populates="award"
    )
    conditions: Mapped[list["AwardCondition"]] = relationship(order_by="AwardCondition.id")


class AcceptanceWording(Base):
    """What is read to who accepts, and to the child; a change is a new version, old ones stay."""

    __tablename__ = "acceptance_wording"
    __table_args__ = (UniqueConstraint("audience", "version", "language"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    audience: Mapped[str]
    version: Mapped[int]
    language: Mapped[str]
    text: Mapped[str]


class Acceptance(Base):
    """Who may consent accepts the award, and a child of ten or more assents; it stays as given.

    `consent_id` is the consent that was valid then: who gave it is who accepts.
    """

    __tablename__ = "acceptance"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), unique=True)
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("vault.consent.id"))
    wording_id: Mapped[UUID] = mapped_column(ForeignKey("acceptance_wording.id"))
    accepted_how: Mapped[str]
    assent_wording_id: Mapped[UUID | None] = mapped_column(ForeignKey("acceptance_wording.id"))
    assented_how: Mapped[str | None]
    accepted_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))


class Instalment(Base, Stateful):
    """One payment of an award, for one budget line; `state_at` is when its state began.

    `evidence_due_on` is set when it is paid.
    """

    __tablename__ = "instalment"
    __table_args__ = (
        UniqueConstraint("award_id", "position"),
        Index("ix_instalment_state_due_on", "state", "due_on"),
    )
    TRANSITIONS = {
        "scheduled": frozenset({"ready", "cancelled"}),
        "ready": frozenset({"prepared", "scheduled", "cancelled"}),
        "prepared": frozenset({"approved", "ready", "scheduled", "cancelled"}),
        "approved": frozenset({"sent", "ready", "scheduled", "cancelled"}),
        "sent": frozenset({"paid", "failed"}),
        "paid": frozenset({"evidenced", "failed"}),
        "evidenced": frozenset(),
        "cancelled": frozenset({"scheduled"}),
        "failed": frozenset({"scheduled", "cancelled"}),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"))
    position: Mapped[int]
    budget_line_id: Mapped[UUID] = mapped_column(ForeignKey("budget_line.id"), index=True)
    line_kind: Mapped[str]
    payee_kind: Mapped[str]
    amount_minor: Mapped[int]
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(default="scheduled")
    state_at: Mapped[datetime]
    evidence_due_on: Mapped[date | None]

    award: Mapped[Award] = relationship(back_populates="instalments")


class AwardCondition(Base):
    """What must be confirmed before one instalment (or, without one, any) becomes ready."""

    __tablename__ = "award_condition"
    __table_args__ = (Index("ix_award_condition_award_id", "award_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"))
    instalment_id: Mapped[UUID | None] = mapped_column(ForeignKey("instalment.id"), index=True)
    kind: Mapped[str]
    confirmed_how: Mapped[str | None]
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("vault.document.id"))
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    confirmed_at: Mapped[datetime | None]

    @property
    def is_met(self) -> bool:
        return self.confirmed_at is not None


class Evidence(Base):
    """A receipt or term report that shows what a payment was used for."""

    __tablename__ = "evidence"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    instalment_id: Mapped[UUID] = mapped_column(ForeignKey("instalment.id"), index=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("vault.document.id"), unique=True)
    attached_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    attached_at: Mapped[datetime]
