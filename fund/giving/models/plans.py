"""What is given again and again, and what Stripe keeps for it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, column_property, mapped_column

from fund.db import Base, Stateful
from fund.giving.models.donors import Donor
from fund.ids import new_id
from fund.money import Money

LIVE = ("active", "past_due", "paused")


class Plan(Stateful, Base):
    """A gift each month or year. `stopped` never goes back; `stopping` waits for Stripe's word.

    `method`: card, a subscription of Stripe's, or promptpay, a pledge that we ask for by mail.
    `replaces_id`: the plan of another kind that this one follows on.
    One that `is_additional` began beside another for the same fund: it stays `paused` until its
    donor says that they wish for both, at `confirmed_at`.
    `asked` counts how often Stripe was asked about it: an answer counts for the last who asked.
    `amount_minor` is all that is charged, `cover_minor` the part of it that was added for the fee.
    `sealed_company` stands on each gift's receipt; `sealed_note` goes on to the first gift.
    """

    __tablename__ = "plan"
    __table_args__ = (
        Index(
            "ix_plan_fund_id",
            "fund_id",
            postgresql_where=text("state <> 'stopped' AND state <> 'expired'"),
        ),
        Index("ix_plan_state", "state", "id"),
        Index(
            "uq_plan_live",
            "donor_id",
            "fund_id",
            unique=True,
            postgresql_where=text(
                "state IN ('active', 'past_due', 'paused') AND NOT is_additional"
            ),
        ),
        Index(
            "ix_plan_next_on",
            "next_on",
            postgresql_where=text("method = 'promptpay' AND state = 'active'"),
        ),
        Index(
            "uq_plan_replaces_id",
            "replaces_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
    )
    TRANSITIONS = {
        "open": frozenset({"active", "paused", "expired", "stopped"}),
        "expired": frozenset({"open", "active", "paused", "stopped"}),
        "active": frozenset({"past_due", "paused", "stopping", "stopped"}),
        "past_due": frozenset({"active", "paused", "stopping", "stopped"}),
        "paused": frozenset({"active", "past_due", "stopping", "stopped"}),
        "stopping": frozenset({"stopped"}),
        "stopped": frozenset(),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    donor_id: Mapped[UUID] = mapped_column(ForeignKey("donor.id"), index=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"))
    fund_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.fund.id"))
    method: Mapped[str] = mapped_column(default="card")
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan.id"))
    every: Mapped[str]
    amount_minor: Mapped[int]
    cover_minor: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    currency: Mapped[str]
    language: Mapped[str]
    country: Mapped[str | None]
    wants_tax_receipt: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    is_anonymous: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    sealed_company: Mapped[bytes | None]
    sealed_note: Mapped[bytes | None]
    state: Mapped[str]
    is_additional: Mapped[bool] = mapped_column(default=False)
    confirmed_at: Mapped[datetime | None]
    attempt: Mapped[int] = mapped_column(default=1)
    asked: Mapped[int] = mapped_column(default=0)
    stripe_session_id: Mapped[str | None] = mapped_column(unique=True)
    stripe_subscription_id: Mapped[str | None] = mapped_column(unique=True)
    stripe_item_id: Mapped[str | None]
    next_on: Mapped[date | None]
    skips_on: Mapped[date | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]

    # Who may speak for the plan: its donor, or the one whose record that turned out to be.
    owner_id: Mapped[UUID] = column_property(
        select(func.coalesce(Donor.merged_into_id, Donor.id))
        .where(Donor.id == donor_id)
        .correlate_except(Donor)
        .scalar_subquery(),
        deferred=True,
    )

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def cover(self) -> Money:
        return Money(self.cover_minor, self.currency)

    @property
    def is_live(self) -> bool:
        """Whether more is to be given by it."""
        return self.state in LIVE

    @property
    def is_unconfirmed(self) -> bool:
        """Whether its donor was asked if they wish for it beside another, and did not say yet."""
        return self.is_live and self.is_additional and self.confirmed_at is None


class PlanChange(Stateful, Base):
    """What is to become of a plan: committed first, told to Stripe then, settled by its answer.

    `after` by kind: `amount_minor`, `fund_id`, `at` and `resumes_at` (seconds since 1970),
    `payment_method`.
    """

    __tablename__ = "plan_change"
    __table_args__ = (
        Index("ix_plan_change_asked_at", "asked_at", postgresql_where=text("state = 'asked'")),
        Index(
            "uq_plan_change_asked",
            "plan_id",
            unique=True,
            postgresql_where=text("state = 'asked' AND kind <> 'stop'"),
        ),
        Index(
            "uq_plan_change_stop", "plan_id", unique=True, postgresql_where=text("kind = 'stop'")
        ),
    )
    TRANSITIONS = {
        "asked": frozenset({"done", "refused"}),
        "done": frozenset(),
        "refused": frozenset(),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id"), index=True)
    kind: Mapped[str]
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str]
    error: Mapped[str | None]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class PlanLetter(Base):
    """A mail about a plan; `about` is the invoice, or empty. It goes out once."""

    __tablename__ = "plan_letter"

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    about: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class StripeProduct(Base):
    """A fund as an office's Stripe account knows it."""

    __tablename__ = "stripe_product"
    __table_args__ = (UniqueConstraint("office_id", "product_id"),)

    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"), primary_key=True)
    fund_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.fund.id"), primary_key=True)
    product_id: Mapped[str]


class StripeCustomer(Base):
    """A donor as an office's Stripe account knows them: one a currency, as Stripe wants it."""

    __tablename__ = "stripe_customer"

    donor_id: Mapped[UUID] = mapped_column(ForeignKey("donor.id"), primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"), primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(unique=True)
