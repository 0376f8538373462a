"""The tables of the books, as mapped for reading.

Only the functions of migration 0003 write them: `fund_app` may read and execute, nothing more.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base

# A fund's cash. Money on its way to a payee has left it, so that account stands below zero.
CASH_ROLES = (
    "bank",
    "stripe_pending",
    "stripe_available",
    "payout_in_transit",
    "disbursement_in_transit",
)
# What is held at one receiving office; the other accounts belong to the fund alone.
OFFICE_ROLES = (*CASH_ROLES, "dispute_receivable")
# Role -> the side on which the account grows.
ROLES: dict[str, str] = {
    "bank": "debit",
    "stripe_pending": "debit",
    "stripe_available": "debit",
    "payout_in_transit": "debit",
    "disbursement_in_transit": "credit",
    "dispute_receivable": "debit",
    "contributions": "credit",
    "interest": "credit",
    "transfers_in": "credit",
    "opening_balances": "credit",
    "fx_position": "credit",
    "processing_fees": "debit",
    "refunds": "debit",
    "dispute_losses": "debit",
    "grants": "debit",
    "bank_charges": "debit",
    "transfers_out": "debit",
}
RESTRICTIONS = ("none", "purpose")
PURPOSES = ("education", "vocational")

# Charges younger than this are held back from new awards: most refunds and disputes come early.
RESERVE_DAYS = 14


_SCHEMA = {"schema": "ledger"}


def _one_of(column: str, values: tuple[str, ...] | dict[str, str]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Office(Base):
    """A receiving office: where gifts arrive, with its own bank, Stripe account and receipts.

    `currency` is the one that its bank and its Stripe account settle in. `receipt_prefix` begins
    the numbers of its receipts.
    """

    __tablename__ = "office"
    __table_args__ = _SCHEMA

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    legal_name: Mapped[str]
    country: Mapped[str]
    currency: Mapped[str]
    timezone: Mapped[str]
    address: Mapped[str]
    tax_ids: Mapped[dict[str, str]] = mapped_column(JSONB)
    stripe_account_id: Mapped[str | None] = mapped_column(unique=True)
    methods: Mapped[list[str]] = mapped_column(ARRAY(String))
    receipt_kind: Mapped[str]
    receipt_prefix: Mapped[str] = mapped_column(unique=True)
    opened_at: Mapped[datetime]


class Fund(Base):
    """What gifts are given to; `purpose` limits a restricted fund to grants of that kind."""

    __tablename__ = "fund"
    __table_args__ = (
        CheckConstraint(_one_of("restriction", RESTRICTIONS), "restriction"),
        CheckConstraint(_one_of("purpose", PURPOSES), "purpose_value"),
        CheckConstraint("(restriction = 'purpose') = (purpose IS NOT NULL)", "purpose"),
        CheckConstraint("gift_cap_minor > 0", "gift_cap"),
        _SCHEMA,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_en: Mapped[str]
    name_th: Mapped[str]
    restriction: Mapped[str]
    purpose: Mapped[str | None]
    gift_cap_minor: Mapped[int | None]
    is_open: Mapped[bool] = mapped_column(server_default=text("true"))
    opened_at: Mapped[datetime]


class Account(Base):
    """One account of one fund in one currency."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("id", "fund_id", "currency"),
        UniqueConstraint(
            "fund_id", "office_id", "currency", "role", postgresql_nulls_not_distinct=True
        ),
        CheckConstraint(_one_of("role", ROLES), "role"),
        CheckConstraint(
            f"(office_id IS NOT NULL) = ({_one_of('role', OFFICE_ROLES)})", "held_at_office"
        ),
        CheckConstraint(
            "(normal_side = 'debit') = ("
            + _one_of("role", tuple(r for r, side in ROLES.items() if side == "debit"))
            + ")",
            "normal_side",
        ),
        _SCHEMA,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    fund_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.fund.id"))
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger.office.id"))
    currency: Mapped[str]
    role: Mapped[str]
    normal_side: Mapped[str]
    is_open: Mapped[bool] = mapped_column(server_default=text("true"))


class Journal(Base):
    """One fact, booked once: `source` and `idempotency_key` name it, `request_sha256` its content.

    `reverses_id`: the journal that this one takes back whole. `concerns`: the key, at the same
    source, of the one that it takes back in part (a refund names its charge, which may arrive
    later).
    """

    __tablename__ = "journal"
    __table_args__ = (
        UniqueConstraint("source", "idempotency_key"),
        Index("ix_journal_effective_on", "effective_on"),
        Index(
            "ix_journal_source_concerns",
            "source",
            "concerns",
            postgresql_where=text("concerns IS NOT NULL"),
        ),
        _SCHEMA,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    effective_on: Mapped[date]
    recorded_at: Mapped[datetime]
    source: Mapped[str]
    idempotency_key: Mapped[str]
    request_sha256: Mapped[bytes]
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger.journal.id"), unique=True)
    concerns: Mapped[str | None]
    actor: Mapped[str]


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
        _SCHEMA,
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
        _SCHEMA,
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.account.id"))
    shard: Mapped[int] = mapped_column(SmallInteger)
    debits: Mapped[int]
    credits: Mapped[int]


class FundGuard(Base):
    """The row that is locked before a fund's cash falls or its commitments rise."""

    __tablename__ = "fund_guard"
    __table_args__ = (
        PrimaryKeyConstraint("fund_id", "currency"),
        CheckConstraint("reserved >= 0", "reserved"),
        _SCHEMA,
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
        _SCHEMA,
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
        CheckConstraint(_one_of("kind", ("reserve", "liquidate", "free")), "kind"),
        CheckConstraint("amount_minor > 0", "amount"),
        _SCHEMA,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuidv7()"))
    commitment_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.commitment.id"))
    kind: Mapped[str]
    amount_minor: Mapped[int]
    cause: Mapped[str]
    recorded_at: Mapped[datetime]
    actor: Mapped[str]


class Period(Base):
    """Days that are open for posting, or closed. Days of no period are open."""

    __tablename__ = "period"
    __table_args__: Any = (
        ExcludeConstraint(("days", "&&"), name="ex_period_days", using="gist"),
        CheckConstraint(_one_of("status", ("open", "closing", "closed")), "status"),
        _SCHEMA,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    days: Mapped[Range[date]] = mapped_column(DATERANGE)
    status: Mapped[str]
