"""The record of receipts that should have been there and were not."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from fund.giving.models import ReceiptCheck, ReceiptFault
from fund.giving.queries.healing import Fault


def note_check(session: Session, found: Collection[Fault], *, now: datetime) -> None:
    """Keep that a look was taken; what was found before and is no fault any more is healed."""
    session.add(ReceiptCheck(ran_at=now, found=len(found)))
    for fault in session.scalars(_open()):
        if (fault.gift_id, fault.kind) not in found:
            fault.healed_at = now
    session.flush()


def note_fault(
    session: Session,
    fault: Fault,
    *,
    reason: str | None,
    is_healed: bool,
    now: datetime,
) -> None:
    """Keep what became of a fault that was found: healed, or not and why, or still under way."""
    gift_id, kind = fault
    known = session.scalar(
        _open().where(ReceiptFault.gift_id == gift_id, ReceiptFault.kind == kind)
    )
    if known is None:
        known = ReceiptFault(gift_id=gift_id, kind=kind, found_at=now)
        session.add(known)
    known.reason, known.tried_at = reason, now
    known.healed_at = now if is_healed else None
    session.flush()


def _open() -> Select[ReceiptFault]:
    return select(ReceiptFault).where(ReceiptFault.healed_at.is_(None)).with_for_update()
