"""What a gift should have by now and has not."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from fund.giving.models import Donor, Gift, GiftReturn, Receipt
from fund.keys import DataKey


def list_unreceipted(session: Session) -> list[UUID]:
    """Paid gifts without a receipt, or whose last one does not say what counts."""
    later, back = aliased(Receipt), aliased(GiftReturn)
    returned = (
        select(func.coalesce(func.sum(back.amount_minor), 0))
        .where(back.gift_id == Gift.id)
        .scalar_subquery()
    )
    remaining = func.greatest(0, func.least(Gift.amount_minor, Gift.amount_minor - returned))
    is_last = ~select(later.id).where(later.corrects_id == Receipt.id).exists()
    wrong = (
        select(Gift.id)
        .join(GiftReturn, GiftReturn.gift_id == Gift.id)
        .join(Receipt, (Receipt.gift_id == Gift.id) & is_last)
        .where(Gift.state == "paid", Receipt.amount_minor != remaining)
    )
    without = select(Gift.id).where(
        Gift.state == "paid",
        ~Gift.has_outside_receipt,
        ~select(Receipt.id).where(Receipt.gift_id == Gift.id).exists(),
    )
    return list(session.scalars(without.union(wrong)))


def list_unmailed(session: Session, *, before: datetime) -> list[UUID]:
    """Receipts due before then, of donors whom we still know, whose mail never left."""
    return list(
        session.scalars(
            select(Receipt.id)
            .join(Gift, Gift.id == Receipt.gift_id)
            .join(Donor, Donor.id == Gift.donor_id)
            .join(DataKey, DataKey.id == Donor.key_id)
            .outerjoin(GiftReturn, GiftReturn.id == Receipt.return_id)
            .where(
                Receipt.mailed_at.is_(None),
                func.coalesce(GiftReturn.recorded_at, Gift.paid_at) < before,
                DataKey.wrapped.is_not(None),
            )
        )
    )
