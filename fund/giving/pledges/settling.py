"""Gifts that were paid by PromptPay, as the bank's statement tells it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import GiftFailed
from fund.errors import Refused
from fund.giving import policy
from fund.giving.models import Gift, Plan
from fund.giving.offices import PROMPTPAY
from fund.giving.operations.payment import record_paid
from fund.giving.plans.dates import next_time
from fund.giving.plans.rows import begin, lock_plan, move
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
    caller, who also says who may do this, posts `journals.gift_to_bank` for all lines at once. A
    pledge begins with its first gift. Raises Refused(`bank_reference_known`) if this line was used
    before.
    """
    named = select(Gift).where(Gift.office_id == office_id, Gift.payment_reference == reference)
    plan_id = session.scalar(named.with_only_columns(Gift.plan_id))
    # The pledge first, as everybody does who holds both.
    plan = lock_plan(session, plan_id) if plan_id else None
    gift = session.scalar(
        named.with_for_update(key_share=True).execution_options(populate_existing=True)
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
    if plan is not None and plan.state in ("open", "expired"):
        plan.next_on = next_time(plan, after=booked_on)
        begin(session, plan, None, now=now)
    return gift


def expire_gifts(session: Session, *, now: datetime) -> int:
    """Wait no longer for codes that nobody paid in time; how many they were. A pledge whose first
    gift it was has not begun.

    If one is paid after all, its reference is still found.
    """
    gifts = session.scalars(
        select(Gift)
        .where(
            Gift.method == PROMPTPAY,
            Gift.state == "open",
            or_(
                Gift.created_at < now - policy.PLEDGE_WAIT,
                and_(Gift.plan_id.is_(None), Gift.created_at < now - policy.PROMPTPAY_WAIT),
            ),
        )
        .order_by(Gift.id)
        .with_for_update(key_share=True, skip_locked=True)
    ).all()
    for gift in gifts:
        gift.move_to("expired")
        event = GiftFailed(subject_id=gift.id, reason="expired")
        audit.record(session, event, actor=SYSTEM, now=now)
    _give_up(session, now=now)
    return len(gifts)


def _give_up(session: Session, *, now: datetime) -> None:
    plans = session.scalars(
        select(Plan)
        .where(
            Plan.method == PROMPTPAY,
            Plan.state == "open",
            Plan.replaces_id.is_(None),  # one that follows on another waits for that one's end
            Plan.created_at < now - policy.PLEDGE_WAIT,
        )
        .order_by(Plan.id)
        .with_for_update(key_share=True, skip_locked=True)
    )
    for plan in plans:
        move(session, plan, "expired", now=now)
