"""A plan's rows, ours until the transaction ends."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import clock
from fund.audit import operations as audit
from fund.audit.events import PlanMoved, PlanStopped
from fund.errors import NotFound
from fund.giving import queries
from fund.giving.models import Donor, Plan
from fund.giving.offices import PROMPTPAY
from fund.giving.plans import mailing
from fund.keys import DataKey
from fund.permissions import SYSTEM, Actor


def lock_plan(session: Session, plan_id: UUID) -> Plan:
    """The plan's row as it is now. Raises NotFound."""
    # Not FOR UPDATE: gifts point at plans, and need not wait for us.
    plan = session.get(Plan, plan_id, with_for_update={"key_share": True}, populate_existing=True)
    if plan is None:
        raise NotFound
    return plan


def move(session: Session, plan: Plan, state: str, *, actor: Actor = SYSTEM, now: datetime) -> None:
    """Bring the plan to `state`, and write it down."""
    plan.move_to(state)
    event = PlanMoved(subject_id=plan.id, state=state)
    audit.record(session, event, actor=actor, now=now, key_id=find_key(session, plan))


def begin(session: Session, plan: Plan, subscription_id: str | None, *, now: datetime) -> None:
    """The plan's first money is there, whoever tells it first; money that came is never refused."""
    if plan.state not in ("open", "expired"):
        return
    with session.no_autoflush:  # the row would be half a beginning
        plan.stripe_subscription_id = subscription_id
        plan.started_at = now
        take_fund(session, plan, plan.fund_id, now=now)
    if plan.replaces_id is not None:
        mailing.ask_letter(session, plan, "follows", "", now=now)


def take_fund(session: Session, plan: Plan, fund_id: UUID, *, now: datetime) -> None:
    """Give to this fund from now on; beside another plan for it only once the donor says so.

    They are asked by mail and only there: whoever began a plan need not own its address.
    """
    is_additional = queries.find_other_plan(session, plan, fund_id) is not None
    plan.fund_id, plan.is_additional, plan.confirmed_at = fund_id, is_additional, None
    if plan.state in ("open", "expired", "active", "past_due") and is_additional:
        move(session, plan, "paused", now=now)
    elif plan.state in ("open", "expired"):
        move(session, plan, "active", now=now)
    session.flush()
    if plan.is_unconfirmed:
        mailing.ask_letter(session, plan, "second", str(fund_id), now=now)


def stop(session: Session, plan: Plan, reason: str, *, now: datetime) -> None:
    """Stripe confirmed that nothing more is charged. Nothing follows after it."""
    plan.started_at = plan.started_at or now
    plan.stopped_at, plan.next_on, plan.skips_on = now, None, None
    plan.move_to("stopped")
    event = PlanStopped(subject_id=plan.id, reason=reason)
    audit.record(session, event, actor=SYSTEM, now=now, key_id=find_key(session, plan))
    kind = "stopped" if reason == "cancellation_requested" else "ended"
    mailing.ask_letter(session, plan, kind, "", now=now)
    session.flush()
    _begin_pledge(session, plan, now=now)


def _begin_pledge(session: Session, ended: Plan, *, now: datetime) -> None:
    """The pledge that follows on a plan begins with its end."""
    waiting = select(Plan.id).where(
        Plan.replaces_id == ended.id, Plan.state == "open", Plan.method == PROMPTPAY
    )
    plan_id = session.scalar(waiting)
    if plan_id is not None:
        pledge = lock_plan(session, plan_id)
        pledge.next_on = max(pledge.next_on or clock.bangkok_day(now), clock.bangkok_day(now))
        begin(session, pledge, None, now=now)


def find_key(session: Session, plan: Plan) -> UUID | None:
    """The key of the plan's donor; None once it was destroyed."""
    return session.scalar(
        select(Donor.key_id)
        .join(DataKey, DataKey.id == Donor.key_id)
        .where(Donor.id == plan.donor_id, DataKey.wrapped.is_not(None))
    )
