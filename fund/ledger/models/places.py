"""Offices, funds and their accounts."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base
from fund.ledger.models.roles import (
    OFFICE_ROLES,
    PURPOSES,
    RESERVE_DAYS,
    RESTRICTIONS,
    ROLES,
    SCHEMA,
    one_of,
)


class Office(Base):
    """A receiving office: where gifts arrive, with its own bank, Stripe account and receipts.

    `currency` is the one that its bank and its Stripe account settle in. `receipt_prefix` begins
    the numbers of its receipts.
    """

    __tablename__ = "office"
    __table_args__ = SCHEMA

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
    """What gifts are given to; `purpose` limits a restricted fund to grants of that kind.

    `gift_cap_minor`: the most that one gift may be, `target_minor`: what the fund wants to raise,
    both in satang. Charges younger than `reserve_days` are held back from awards. `version` goes
    up with each change.
    """

    __tablename__ = "fund"
    __table_args__ = (
        CheckConstraint(one_of("restriction", RESTRICTIONS), "restriction"),
        CheckConstraint(one_of("purpose", PURPOSES), "purpose_value"),
        CheckConstraint("(restriction = 'purpose') = (purpose IS NOT NULL)", "purpose"),
        CheckConstraint("gift_cap_minor > 0", "gift_cap"),
        CheckConstraint("reserve_days BETWEEN 0 AND 365", "reserve_days"),
        CheckConstraint("target_minor > 0", "target"),
        CheckConstraint("is_open = (closed_on IS NULL)", "closed"),
        SCHEMA,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_en: Mapped[str]
    name_th: Mapped[str]
    restriction: Mapped[str]
    purpose: Mapped[str | None]
    gift_cap_minor: Mapped[int | None]
    target_minor: Mapped[int | None]
    is_open: Mapped[bool] = mapped_column(server_default=text("true"))
    opened_at: Mapped[datetime]
    reserve_days: Mapped[int] = mapped_column(Integer, server_default=text(str(RESERVE_DAYS)))
    closed_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class Account(Base):
    """One account of one fund in one currency."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("id", "fund_id", "currency"),
        UniqueConstraint(
            "fund_id", "office_id", "currency", "role", postgresql_nulls_not_distinct=True
        ),
        CheckConstraint(one_of("role", ROLES), "role"),
        CheckConstraint(
            f"(office_id IS NOT NULL) = ({one_of('role', OFFICE_ROLES)})", "held_at_office"
        ),
        CheckConstraint(
            "(normal_side = 'debit') = ("
            + one_of("role", tuple(r for r, side in ROLES.items() if side == "debit"))
            + ")",
            "normal_side",
        ),
        SCHEMA,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    fund_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.fund.id"))
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger.office.id"))
    currency: Mapped[str]
    role: Mapped[str]
    normal_side: Mapped[str]
    is_open: Mapped[bool] = mapped_column(server_default=text("true"))
