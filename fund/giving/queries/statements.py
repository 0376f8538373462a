"""What donors gave in a year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from fund.giving.models import AnnualStatement, Donor, Gift, Receipt, ReceiptNumber
from fund.giving.years import Year
from fund.keys import DataKey
from fund.ledger.models import Fund, Office
from fund.money import Money


@dataclass(frozen=True)
class StatementRow:
    """A gift of the year: its last receipt, and what of it counts."""

    receipt_id: UUID
    number: str
    paid_on: date
    fund: Fund
    amount: Money


def list_statements_due(session: Session, office_id: UUID, year: Year) -> list[UUID]:
    """Who gave to the office in that year, can be reached, and has no statement yet."""
    owner_id = func.coalesce(Donor.merged_into_id, Donor.id)
    made = (
        select(AnnualStatement.id)
        .where(
            or_(
                Gift.donor_id == func.any(AnnualStatement.donor_ids),
                AnnualStatement.donor_id == owner_id,
            ),
            AnnualStatement.office_id == Gift.office_id,
            AnnualStatement.year == year.number,
            AnnualStatement.is_tax_year == (year.country is not None),
        )
        .exists()
    )
    due = (
        select(owner_id)
        .select_from(Gift)
        .join(Donor, Donor.id == Gift.donor_id)
        .join(DataKey, DataKey.id == Donor.key_id)
        .where(
            Gift.state == "paid",
            Gift.office_id == office_id,
            Gift.paid_on.between(year.first_on, year.last_on),
            DataKey.wrapped.is_not(None),
            ~made,
        )
        .distinct()
        .order_by(owner_id)
    )
    return list(session.scalars(due))


def list_statement_rows(
    session: Session, *, donor_ids: Sequence[UUID], office_id: UUID, year: Year, until: UUID
) -> list[StatementRow]:
    """What counts of the year, of these records, oldest first, by receipts of ids below `until`."""
    later = aliased(Receipt)
    is_last = ~(select(later.id).where(later.corrects_id == Receipt.id, later.id < until).exists())
    rows = session.execute(
        select(Gift, Receipt, Fund, Office)
        .join(Receipt, Receipt.gift_id == Gift.id)
        .join(Fund, Fund.id == Gift.fund_id)
        .join(Office, Office.id == Gift.office_id)
        .where(
            Gift.donor_id.in_(donor_ids),
            Gift.office_id == office_id,
            Gift.paid_on.between(year.first_on, year.last_on),
            Receipt.id < until,
            Receipt.amount_minor > 0,
            is_last,
        )
        .order_by(Gift.paid_on, Gift.id)
    )
    return [
        StatementRow(
            receipt_id=receipt.id,
            number=str(ReceiptNumber(office.receipt_prefix, receipt.year, receipt.number)),
            paid_on=gift.paid_on,
            fund=fund,
            amount=Money(receipt.amount_minor, gift.currency),
        )
        for gift, receipt, fund, office in rows
        if gift.paid_on is not None
    ]
