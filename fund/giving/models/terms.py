"""On what terms an office takes gifts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base, Stateful
from fund.ids import new_id

# Whose tax office takes a receipt of this kind.
RECEIPT_COUNTRIES = {"us_501c3": "US", "nz_donation": "NZ", "th_donation": "TH"}
# A receipt of these needs the donor's own tax number.
NAMES_TAX_ID = frozenset({"th_donation"})


class OfficeTerms(Base):
    """What an office offers donors since `valid_from`; the newest row holds, none is ever changed.

    `stripe_methods`: Stripe's names (`card`, `link`, `promptpay`); wallets come with `card`.
    `biller_id`, `merchant_name`, `merchant_city`: what a PromptPay QR to the office's bank says; no
    `biller_id`, no QR. `matching_days`: how long the bank's statement is waited for. `fee_table`:
    what Stripe takes, as far as it is known: `percent_bp`, `fixed_minor` (in the office's
    currency), `international_bp` and `conversion_bp`, the latter two on top. `receipt_kind`: the
    tax receipts that the office may give (`none`: not any), signed by the signatory.
    """

    __tablename__ = "office_terms"
    __table_args__ = (
        CheckConstraint(
            "receipt_kind IN ('us_501c3', 'nz_donation', 'th_donation', 'none')", "receipt_kind"
        ),
        CheckConstraint(
            "stripe_methods <@ ARRAY['card', 'link', 'promptpay']::varchar[]", "stripe_methods"
        ),
    )

    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"), primary_key=True)
    valid_from: Mapped[datetime] = mapped_column(primary_key=True)
    stripe_methods: Mapped[list[str]] = mapped_column(ARRAY(String))
    biller_id: Mapped[str | None]
    merchant_name: Mapped[str | None]
    merchant_city: Mapped[str | None]
    matching_days: Mapped[int]
    fee_table: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    receipt_kind: Mapped[str]
    signatory_name: Mapped[str | None]
    signatory_title: Mapped[str | None]
    entered_by: Mapped[str]

    @property
    def version(self) -> str:
        """What a form carries; empty for an office that never set any."""
        return self.valid_from.isoformat() if self.valid_from else ""

    @property
    def names_tax_id(self) -> bool:
        """Whether its tax receipts need the donor's own tax number."""
        return self.receipt_kind in NAMES_TAX_ID

    @property
    def takes_promptpay_qr(self) -> bool:
        return self.biller_id is not None

    @property
    def receipt_country(self) -> str | None:
        """The country whose tax payers can use this office's receipts."""
        return RECEIPT_COUNTRIES.get(self.receipt_kind)


class BillerChange(Stateful, Base):
    """Another bank for an office's PromptPay QR code, which a second person agrees to or drops."""

    __tablename__ = "biller_change"
    __table_args__ = (
        Index(
            "uq_biller_change_asked",
            "office_id",
            unique=True,
            postgresql_where=text("state = 'asked'"),
        ),
    )
    TRANSITIONS = {
        "asked": frozenset({"approved", "dropped"}),
        "approved": frozenset(),
        "dropped": frozenset(),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"))
    biller_id: Mapped[str]
    merchant_name: Mapped[str]
    merchant_city: Mapped[str]
    state: Mapped[str]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
