"""Journals, their transfers, and the balances that these add up to."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base
from fund.ledger.models.roles import SCHEMA

# Nearly all journals are of these kinds; the others have an index of their own.
FREQUENT_KINDS = ("charge", "available")


class Journal(Base):
    """One fact, booked once: `source` and `idempotency_key` name it, `request_sha256` its content.

    `occurred_on` is the fact's true day, `effective_on` the one that it is booked on: a later one
    if the fact was told only after its period was closed. `shard` says to which of the accounts'
    `BalanceShard`s its amounts were added.

    `reverses_id`: the journal that this one takes back whole. `concerns`: the key, at the same
    source, of the one that it takes back in part (a refund names its charge, which may arrive
    later).
    """

    __tablename__ = "journal"
    __table_args__ = (
        UniqueConstraint("source", "idempotency_key"),
        Index("ix_journal_effective_on_id", "effective_on", "id"),
        Index(
            "ix_journal_kind_effective_on",
            "kind",
            "effective_on",
            postgresql_where=text(f"kind NOT IN {FREQUENT_KINDS}"),
        ),
        Index(
            "uq_journal_reverses_id",
            "reverses_id",
            unique=True,
            postgresql_where=text("reverses_id IS NOT NULL"),
        ),
        Index(
            "ix_journal_source_concerns",
            "source",
            "concerns",
            postgresql_where=text("concerns IS NOT NULL"),
        ),
        CheckConstraint("occurred_on <= effective_on", "days"),
        CheckConstraint("shard BETWEEN 0 AND 15", "shard"),
        SCHEMA,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    effective_on: Mapped[date]
    occurred_on: Mapped[date]
    recorded_at: Mapped[datetime]
    source: Mapped[str]
    idempotency_key: Mapped[str]
    request_sha256: Mapped[bytes]
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger.journal.id"))
    concerns: Mapped[str | None]
    actor: Mapped[str]
    shard: Mapped[int] = mapped_column(SmallInteger)


class Transfer(Base):
    """`amount_minor` from the credit to the debit account, both of one fund and one currency."""

    __tablename__ = "transfer"
    __table_args__ = (
        PrimaryKeyConstraint("journal_id", "position"),
        ForeignKeyConstraint(
            ["debit_account_id", "fund_id", "currency"],
            ["ledger.account.id", "ledger.account.fund_id", "ledger.account.currency"],
        ),
        ForeignKeyConstraint(
            ["credit_account_id", "fund_id", "currency"],
            ["ledger.account.id", "ledger.account.fund_id", "ledger.account.currency"],
        ),
        CheckConstraint("amount_minor > 0", "amount"),
        CheckConstraint("debit_account_id <> credit_account_id", "accounts"),
        Index("ix_transfer_debit_account_id", "debit_account_id"),
        Index("ix_transfer_credit_account_id", "credit_account_id"),
        SCHEMA,
    )

    journal_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.journal.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    debit_account_id: Mapped[UUID]
    credit_account_id: Mapped[UUID]
    fund_id: Mapped[UUID]
    currency: Mapped[str]
    amount_minor: Mapped[int]


class BalanceShard(Base):
    """One sixteenth of an account's totals, so that a busy account is no single hot row."""

    __tablename__ = "balance_shard"
    __table_args__ = (
        PrimaryKeyConstraint("account_id", "shard"),
        CheckConstraint("shard BETWEEN 0 AND 15", "shard"),
        CheckConstraint("debits >= 0 AND credits >= 0", "totals"),
        SCHEMA,
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.account.id"))
    shard: Mapped[int] = mapped_column(SmallInteger)
    debits: Mapped[int]
    credits: Mapped[int]
