"""What awards hold: the guard of each fund, commitments and their events."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    case,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base
from fund.ledger.models.roles import SCHEMA, one_of


class FundGuard(Base):
    """The row that is locked before a fund's cash falls or its commitments rise."""

    __tablename__ = "fund_guard"
    __table_args__ = (
        PrimaryKeyConstraint("fund_id", "currency"),
        CheckConstraint("reserved >= 0", "reserved"),
        SCHEMA,
    )

    fund_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.fund.id"))
    currency: Mapped[str]
    reserved: Mapped[int] = mapped_column(server_default=text("0"))


class Commitment(Base):
    """What an award holds of its fund; how much is left follows from its events."""

    __tablename__ = "commitment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["fund_id", "currency"], ["ledger.fund_guard.fund_id", "ledger.fund_guard.currency"]
        ),
        Index("ix_commitment_fund_id_currency", "fund_id", "currency"),
        SCHEMA,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    award_id: Mapped[UUID] = mapped_column(unique=True)
    fund_id: Mapped[UUID]
    currency: Mapped[str]
    recorded_at: Mapped[datetime]
    actor: Mapped[str]


class CommitmentEvent(Base):
    """A change of what is held. `cause` names it; the same cause reserves or liquidates once."""

    __tablename__ = "commitment_event"
    __table_args__ = (
        Index(
            "uq_commitment_event_cause",
            "commitment_id",
            "kind",
            "cause",
            unique=True,
            postgresql_where=text("kind <> 'free'"),
        ),
        CheckConstraint(one_of("kind", ("reserve", "liquidate", "free")), "kind"),
        CheckConstraint("amount_minor > 0", "amount"),
        SCHEMA,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuidv7()"))
    commitment_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.commitment.id"))
    kind: Mapped[str]
    amount_minor: Mapped[int]
    cause: Mapped[str]
    recorded_at: Mapped[datetime]
    actor: Mapped[str]


# By how much more an event lets be held; what is held is the sum of these.
CHANGE_MINOR = case(
    (CommitmentEvent.kind == "reserve", CommitmentEvent.amount_minor),
    else_=-CommitmentEvent.amount_minor,
)
