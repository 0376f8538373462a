"""What a gift should have by now and has not, and what the daily look found of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session, aliased

from fund.giving.models import Donor, Gift, GiftReturn, Receipt, ReceiptCheck, ReceiptFault
from fund.i18n import N_
from fund.keys import DataKey
from fund.permissions import Actor, Permission
from fund.waiting import Waiting

# (gift, what it lacks): missing, outdated or unmailed.
Fault = tuple[UUID, str]
MISSING, OUTDATED, UNMAILED = "missing", "outdated", "unmailed"


@dataclass(frozen=True)
class FaultRow:
    """A fault with the gift that it is about."""

    fault: ReceiptFault
    gift: Gift


def list_unreceipted(session: Session) -> list[Fault]:
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
        select(Gift.id, literal(OUTDATED))
        .join(GiftReturn, GiftReturn.gift_id == Gift.id)
        .join(Receipt, (Receipt.gift_id == Gift.id) & is_last)
        .where(Gift.state == "paid", Receipt.amount_minor != remaining)
    )
    without = select(Gift.id, literal(MISSING)).where(
        Gift.state == "paid",
        ~Gift.has_outside_receipt,
        ~select(Receipt.id).where(Receipt.gift_id == Gift.id).exists(),
    )
    return [(gift_id, kind) for gift_id, kind in session.execute(without.union(wrong))]


def list_unmailed(session: Session, *, before: datetime) -> list[tuple[UUID, UUID]]:
    """(gift, receipt) due before then, of donors whom we still know, whose mail never left."""
    rows = session.execute(
        select(Gift.id, Receipt.id)
        .join(Receipt, Receipt.gift_id == Gift.id)
        .join(Donor, Donor.id == Gift.donor_id)
        .join(DataKey, DataKey.id == Donor.key_id)
        .outerjoin(GiftReturn, GiftReturn.id == Receipt.return_id)
        .where(
            Receipt.mailed_at.is_(None),
            func.coalesce(GiftReturn.recorded_at, Gift.paid_at) < before,
            DataKey.wrapped.is_not(None),
        )
    )
    return [(gift_id, receipt_id) for gift_id, receipt_id in rows]


def find_last_check(session: Session) -> ReceiptCheck | None:
    """When all receipts were last looked at."""
    return session.scalar(select(ReceiptCheck).order_by(ReceiptCheck.ran_at.desc()).limit(1))


def list_faults(session: Session, *, is_healed: bool, most: int) -> Sequence[FaultRow]:
    """What was found: those healed, the last one first, or those that are not, the oldest first."""
    healed_at = ReceiptFault.healed_at
    rows = select(ReceiptFault, Gift).join(Gift, Gift.id == ReceiptFault.gift_id).limit(most)
    if is_healed:
        rows = rows.where(healed_at.is_not(None)).order_by(healed_at.desc(), ReceiptFault.id)
    else:
        rows = rows.where(healed_at.is_(None)).order_by(ReceiptFault.id)
    return [FaultRow(fault, gift) for fault, gift in session.execute(rows)]


def list_receipts_waiting(
    session: Session,
    actor: Actor,
    *,
    now: datetime,  # noqa: ARG001
) -> list[Waiting]:
    """Receipts that the daily look could not bring in order."""
    if not actor.may(Permission.RECORD_GIFTS):
        return []
    count = session.scalar(
        select(func.count()).where(
            ReceiptFault.healed_at.is_(None), ReceiptFault.reason.is_not(None)
        )
    )
    if not count:
        return []
    return [
        Waiting(
            section=N_("Receipts"),
            title=N_("Receipts that could not be given: %(count)s"),
            params={"count": count},
            endpoint="giving.receipt_faults",
            action=N_("Look at them"),
        )
    ]
