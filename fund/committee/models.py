"""The policy of each day, who declared what, scores, votes and decisions: all of it stays."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base
from fund.ids import new_id


class Policy(Base):
    """How the committee decides from a day on; `tiers` as `policy.Tier`, lowest first.

    `run_tiers`, of the same shape, say what a payment run needs (see disbursements).

    `quorum_percent` of the seats less the recused have to vote.
    """

    __tablename__ = "policy"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    valid_from: Mapped[date] = mapped_column(unique=True)
    tiers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    run_tiers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    quorum_percent: Mapped[int]
    decide_within_days: Mapped[int]


class Declaration(Base):
    """A member's word on conflict of interest, given before the application opens to them.

    One with a conflict recuses for good; a later one may add a conflict, never lift it.
    """

    __tablename__ = "declaration"
    __table_args__ = (
        Index("ix_declaration_application_id_member_id", "application_id", "member_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    has_conflict: Mapped[bool]
    conflict_kind: Mapped[str | None]
    declared_at: Mapped[datetime]


class Score(Base):
    """A member's marks in a round, 1 (weak) to 5 (strong); a safety plan is fine or asked about."""

    __tablename__ = "score"
    __table_args__ = (UniqueConstraint("application_id", "round", "member_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    round: Mapped[int]
    member_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    need: Mapped[int]
    plan: Mapped[int]
    cost: Mapped[int]
    safety: Mapped[str]


class Vote(Base):
    """One member's vote in a round. A decline's reason is sealed under the survivor's key."""

    __tablename__ = "vote"
    __table_args__ = (UniqueConstraint("application_id", "round", "member_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    round: Mapped[int]
    member_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    is_chair: Mapped[bool]
    choice: Mapped[str]
    conditions: Mapped[list[str]] = mapped_column(ARRAY(String))
    sealed_reason: Mapped[bytes | None]
    cast_at: Mapped[datetime]


class Decision(Base):
    """What came of a round, by which policy and from which counts."""

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("application_id", "round"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    round: Mapped[int]
    outcome: Mapped[str]
    policy_id: Mapped[UUID] = mapped_column(ForeignKey("policy.id"))
    requested_minor: Mapped[int]
    seats: Mapped[int]
    recused: Mapped[int]
    approvals: Mapped[int]
    declines: Mapped[int]
    deferrals: Mapped[int]
    decided_at: Mapped[datetime]
