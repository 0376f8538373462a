"""Gifts that were paid by PromptPay, as the bank's statement tells it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import GiftFailed
from fund.errors import Refused
from fund.giving import policy
from fund.giving.models import Gift
from fund.giving.offices import PROMPTPAY
from fund.giving.operations.payment import record_paid
from fund.ledger.models import Fund
from fund.money import Money
from fund.permissions import SYSTEM, Actor


def settle_by_bank(
    session: Session,
    *,
    office_id: UUID,
    reference: str,
    amount: Money,
    booked_on: date,
    line_reference: str,
    actor: Actor,
    now: datetime,
) -> Gift | None:
    """The gift that a line of the office's bank statement pays, now paid and receipted.

    None if the line pays none: no such reference, another amount, a gift that is paid already or
    whose fund was closed meanwhile; such a line is for a person to look at. Nothing is booked: the
    caller, who also says who may do this, posts `journals.gift_to_bank` for all lines at once.
    Raises Refused(`bank_reference_known`) if this line was used before.
    """
    gift = session.scalar(
        select(Gift)
        .where(Gift.office_id == office_id, Gift.payment_reference == reference)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if gift is None or gift.method != PROMPTPAY or gift.state == "paid" or gift.amount != amount:
        return None
    if not session.get_one(Fund, gift.fund_id).is_open:
        return None
    gift.move_to("paid")
    gift.bank_reference = line_reference
    gift.paid_at, gift.paid_on = now, booked_on
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError:
        raise Refused("bank_reference_known", field="bank_reference")
    record_paid(session, [gift], actor=actor, now=now)
    return gift


def expire_gifts(session: Session, *, now: datetime) -> int:
    """Wait no longer for codes that nobody paid in a week; how many they were.

    If one is paid after all, its reference is still found.
    """
    gifts = session.scalars(
        select(Gift)
        .where(
            Gift.method == PROMPTPAY,
            Gift.state == "open",
            Gift.created_at < now - policy.PROMPTPAY_WAIT,
        )
        .order_by(Gift.id)
        .with_for_update(key_share=True, skip_locked=True)
    ).all()
    for gift in gifts:
        gift.move_to("expired")
        event = GiftFailed(subject_id=gift.id, reason="expired")
        audit.record(session, event, actor=SYSTEM, now=now)
    return len(gifts)
