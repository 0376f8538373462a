"""A pledge is asked for: a gift that waits for the bank, and a mail with the way to its code.

Each month at most once, whatever breaks in between: the gift names its month, and the database
takes no second one.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import PledgeAsked, PledgeReminded
from fund.giving import policy, promptpay
from fund.giving.models import Donor, Gift, Plan
from fund.giving.offices import PROMPTPAY
from fund.giving.operations.gifts import flush_open
from fund.giving.plans.dates import next_time
from fund.giving.plans.passing import pass_on
from fund.giving.plans.rows import find_key, lock_plan
from fund.giving.pledges import mailing
from fund.giving.tax_ids import keep_with_gift, open_of_gift, read_tax_id
from fund.ids import new_id
from fund.ledger.models import Fund, Office
from fund.permissions import ANONYMOUS, SYSTEM, Actor

BATCH = 200


def ask_first(session: Session, plan: Plan, *, tax_id: str = "", now: datetime) -> Gift:
    """The gift that a pledge begins with. Its donor has the code on the page before them; nobody
    is written to before it is paid, since anybody can have typed the address.

    `tax_id`: for the receipts of this pledge, where they must name it. Raises Refused if it is
    wrong (`tax_id_wrong`), or the fund was closed meanwhile (`fund_takes_no_gifts`).
    """
    gift = _add_gift(session, plan, _today(session, plan, now), actor=ANONYMOUS, now=now)
    if tax_id and plan.wants_tax_receipt:
        donor = session.get_one(Donor, plan.donor_id)
        keep_with_gift(session, gift, donor, read_tax_id(tax_id))
    return gift


def list_due(session: Session, *, now: datetime) -> Sequence[UUID]:
    """Pledges whose day has come, or comes today somewhere."""
    due = select(Plan.id).where(
        Plan.method == PROMPTPAY, Plan.state == "active", Plan.next_on <= now.date()
    )
    return session.scalars(due.order_by(Plan.next_on).limit(BATCH)).all()


def ask_for(session: Session, plan_id: UUID, *, now: datetime) -> Gift | None:
    """Ask for the month of a pledge that is due; None if it is not, or was given already.

    One that the donor is about to exchange for another kind of plan is not asked for meanwhile.
    """
    plan = lock_plan(session, plan_id)
    today = _today(session, plan, now)
    is_due = plan.state == "active" and plan.next_on is not None and plan.next_on <= today
    if plan.method != PROMPTPAY or not is_due or _is_being_replaced(session, plan):
        return None
    month = today.replace(day=1)
    is_given = _has_gift(session, plan, month)
    gift = None if is_given else _add_gift(session, plan, today, actor=SYSTEM, now=now)
    if gift is not None:
        mailing.ask_letter(session, plan, "asked", gift, now=now)
    plan.next_on, plan.skips_on = next_time(plan, after=today), None
    return gift


def list_unpaid(session: Session, *, now: datetime) -> Sequence[UUID]:
    """Gifts of running pledges that were asked for a while ago and not paid yet."""
    long_ago = now - min(policy.PLEDGE_REMINDERS.values())
    unpaid = (
        select(Gift.id)
        .join(Plan, Plan.id == Gift.plan_id)
        .where(
            Gift.method == PROMPTPAY,
            Gift.state == "open",
            Gift.created_at <= long_ago,
            Plan.state == "active",
        )
    )
    return session.scalars(unpaid.order_by(Gift.created_at).limit(BATCH)).all()


def remind(session: Session, gift_id: UUID, *, now: datetime) -> None:
    """Tell the donor once more, twice at most; not if the gift came, or nothing is asked now."""
    gift = session.get_one(Gift, gift_id)
    plan = lock_plan(session, gift.plan_id) if gift.plan_id else None
    session.refresh(gift)
    if plan is None or plan.state != "active" or gift.state != "open":
        return
    due = [
        kind for kind, after in policy.PLEDGE_REMINDERS.items() if gift.created_at <= now - after
    ]
    # One at a time: after an outage of ours nobody finds two in their mail.
    if due and mailing.ask_letter(session, plan, due[-1], gift, now=now):
        event = PledgeReminded(subject_id=gift.id)
        audit.record(session, event, actor=SYSTEM, now=now, key_id=find_key(session, plan))


def _add_gift(session: Session, plan: Plan, today: date, *, actor: Actor, now: datetime) -> Gift:
    gift = Gift(
        id=new_id(),
        donor_id=plan.donor_id,
        office_id=plan.office_id,
        fund_id=plan.fund_id,
        plan_id=plan.id,
        for_month=today.replace(day=1),
        amount_minor=plan.amount_minor,
        currency=plan.currency,
        method=PROMPTPAY,
        payment_reference=promptpay.new_reference(),
        state="open",
        language=plan.language,
        country=plan.country,
        wants_tax_receipt=plan.wants_tax_receipt,
        is_anonymous=plan.is_anonymous,
        created_at=now,
    )
    session.add(gift)
    flush_open(session)
    pass_on(session, plan, gift)
    _pass_on_tax_id(session, plan, gift)
    event = PledgeAsked(
        subject_id=gift.id,
        plan_id=plan.id,
        office=session.get_one(Office, plan.office_id).code,
        fund=session.get_one(Fund, plan.fund_id).code,
        amount_minor=gift.amount_minor,
        currency=gift.currency,
    )
    audit.record(session, event, actor=actor, now=now, key_id=find_key(session, plan))
    return gift


def _pass_on_tax_id(session: Session, plan: Plan, gift: Gift) -> None:
    """The number that the last gift's receipt names is the next one's too."""
    last = select(Gift).where(Gift.plan_id == plan.id, Gift.sealed_tax_id.is_not(None))
    named = session.scalars(last.order_by(Gift.id.desc()).limit(1)).one_or_none()
    if named is not None and find_key(session, plan) is not None:
        donor = session.get_one(Donor, plan.donor_id)
        keep_with_gift(session, gift, donor, open_of_gift(session, named, donor))


def _has_gift(session: Session, plan: Plan, month: date) -> bool:
    """Whether this month was asked for already, or came by the plan that this one follows on."""
    asked = select(Gift.id).where(Gift.plan_id == plan.id, Gift.for_month == month)
    came = select(Gift.id).where(
        Gift.plan_id == plan.replaces_id, Gift.state == "paid", Gift.paid_on >= month
    )
    return any(session.scalar(found.limit(1)) is not None for found in (asked, came))


def _is_being_replaced(session: Session, plan: Plan) -> bool:
    other = select(Plan.id).where(Plan.replaces_id == plan.id, Plan.state == "open")
    return session.scalar(other) is not None


def _today(session: Session, plan: Plan, now: datetime) -> date:
    return now.astimezone(ZoneInfo(session.get_one(Office, plan.office_id).timezone)).date()
