"""A plan's rows, ours until the transaction ends."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import PlanMoved
from fund.errors import NotFound
from fund.giving.donors import head_of, records_of
from fund.giving.models import LIVE, Donor, Plan
from fund.keys import DataKey
from fund.permissions import SYSTEM, Actor


def lock_plan(session: Session, plan_id: UUID) -> Plan:
    """The plan's row as it is now. Raises NotFound."""
    # Not FOR UPDATE: gifts point at plans, and need not wait for us.
    plan = session.get(Plan, plan_id, with_for_update={"key_share": True}, populate_existing=True)
    if plan is None:
        raise NotFound
    return plan


def find_live_plan(session: Session, donor_id: UUID, fund_id: UUID) -> Plan | None:
    """The donor's plan for this fund, but for those that they confirmed to be another one.

    The older one, if two records that each had one were merged since.
    """
    return session.scalars(
        select(Plan)
        .where(
            Plan.donor_id.in_(records_of(head_of(session, session.get_one(Donor, donor_id)).id)),
            Plan.fund_id == fund_id,
            Plan.state.in_(LIVE),
            ~Plan.is_additional,
        )
        .order_by(Plan.id)
        .limit(1)
    ).first()


def move(session: Session, plan: Plan, state: str, *, actor: Actor = SYSTEM, now: datetime) -> None:
    """Bring the plan to `state`, and write it down."""
    plan.move_to(state)
    event = PlanMoved(subject_id=plan.id, state=state)
    audit.record(session, event, actor=actor, now=now, key_id=find_key(session, plan))


def begin(session: Session, plan: Plan, subscription_id: str, *, now: datetime) -> None:
    """The plan's first money is there, whoever tells it first.

    Two of one kind can both have been paid, in two tabs: money that came is never refused.
    """
    if plan.state not in ("open", "expired"):
        return
    plan.is_additional = plan.is_additional or (
        find_live_plan(session, plan.donor_id, plan.fund_id) is not None
    )
    plan.stripe_subscription_id = subscription_id
    plan.started_at = now
    move(session, plan, "active", now=now)
    session.flush()


def find_key(session: Session, plan: Plan) -> UUID | None:
    """The key of the plan's donor; None once it was destroyed."""
    return session.scalar(
        select(Donor.key_id)
        .join(DataKey, DataKey.id == Donor.key_id)
        .where(Donor.id == plan.donor_id, DataKey.wrapped.is_not(None))
    )
