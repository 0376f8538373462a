"""Balance transactions, the source of the books, and how far each office's were read."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from fund import clock
from fund.db import Base
from fund.money import Money


class Feed(Base):
    """How far an office's feed has been read, and the key of payloads that are no known donor's.

    `seen_to` and `swept_to` are Stripe's whole seconds; `woken_at` asks for a pull soon. At
    `silence_told_at` finance had a mail that no webhook comes any more.
    """

    __tablename__ = "settlement_feed"

    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"), primary_key=True)
    key_id: Mapped[UUID] = mapped_column(ForeignKey("vault.data_key.id"))
    woken_at: Mapped[datetime | None]
    pulled_at: Mapped[datetime | None]
    seen_to: Mapped[int] = mapped_column(default=0)
    swept_to: Mapped[int] = mapped_column(default=0)
    silence_told_at: Mapped[datetime | None]


class BalanceTransaction(Base):
    """One line of an office's Stripe balance, in the settlement currency.

    `presented_*` is what the donor paid, or got back; `exchange_rate` is Stripe's, from minor unit
    to minor unit. What Stripe said never changes; what we make of it does: a line is `waiting` for
    what it belongs to (`error` says for what) and is looked at again at `due_at`, `posted`, a
    `memo` that moves nothing in the books, or `unclassified`: it waits for finance, and for a rule.

    `charge_id` is the charge that a line is about, `payout_id` the payout that carries it. A payout
    is listed once all that it carries is known; it is on its way until `arrived_on`, the day in the
    bank's statement. `is_return_due`: the gift is still to be told that a part of it went back.
    """

    __tablename__ = "balance_transaction"
    __table_args__ = (
        Index(None, "available_at", postgresql_where=text("NOT is_available")),
        Index(
            "ix_balance_transaction_on_the_way",
            "happened_at",
            postgresql_where=text("category = 'payout' AND arrived_on IS NULL"),
        ),
        Index(None, "payout_id", postgresql_where=text("payout_id IS NOT NULL")),
        Index("ix_balance_transaction_return_due", "id", postgresql_where=text("is_return_due")),
        Index(None, "due_at", postgresql_where=text("state IN ('waiting', 'unclassified')")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"))
    category: Mapped[str]
    type: Mapped[str]
    source_id: Mapped[str | None] = mapped_column(index=True)
    charge_id: Mapped[str | None]
    intent_id: Mapped[str | None]
    payout_id: Mapped[str | None]
    gift_id: Mapped[UUID | None] = mapped_column(ForeignKey("gift.id"), index=True)
    fund_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger.fund.id"))
    amount_minor: Mapped[int]
    fee_minor: Mapped[int]
    net_minor: Mapped[int]
    currency: Mapped[str]
    presented_minor: Mapped[int | None]
    presented_currency: Mapped[str | None]
    exchange_rate: Mapped[Decimal | None]
    happened_at: Mapped[datetime]
    available_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    state: Mapped[str]
    error: Mapped[str | None]
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    is_available: Mapped[bool] = mapped_column(default=False)
    is_return_due: Mapped[bool] = mapped_column(default=False)
    is_automatic: Mapped[bool | None]
    is_listed: Mapped[bool] = mapped_column(default=False)
    arrived_on: Mapped[date | None]

    @property
    def happened_on(self) -> date:
        """The day on which the line stands in the books."""
        return clock.bangkok_day(self.happened_at)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def fee(self) -> Money:
        return Money(self.fee_minor, self.currency)

    @property
    def net(self) -> Money:
        return Money(self.net_minor, self.currency)

    @property
    def presented(self) -> Money | None:
        if self.presented_minor is None or self.presented_currency is None:
            return None
        return Money(self.presented_minor, self.presented_currency)
