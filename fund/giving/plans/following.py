"""A plan follows its subscription. No event is believed: Stripe is asked how it stands."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fund.db import reading, transaction
from fund.errors import Refused
from fund.gateways import stripe
from fund.giving.models import Plan
from fund.giving.plans import changing
from fund.giving.plans.answers import SubscriptionSeen, from_subscription, plan_id_of
from fund.giving.plans.beginning import begin
from fund.giving.plans.rows import lock_plan, move, stop
from fund.ledger.models import Office
from fund.permissions import SYSTEM


def follow(office_code: str, subscription_id: str, *, now: datetime) -> None:
    """Bring the subscription's plan to where Stripe says it is. Raises Unavailable."""
    seen = ask_subscription(office_code, subscription_id)
    if seen is not None:
        with transaction() as session:
            apply_subscription(session, seen, now=now)


def ask_subscription(office_code: str, subscription_id: str) -> SubscriptionSeen | None:
    """How the subscription stands now; None if it is of no plan, or stopped for good already.

    The question is counted before it is put, so that of two answers the later one's counts, in
    whatever order they come. Raises Unavailable.
    """
    plan_id = _find_plan_id(office_code, subscription_id)
    if plan_id is None:
        return None
    with transaction() as session:
        asked = session.scalar(
            update(Plan)
            .where(Plan.id == plan_id, Plan.state != "stopped")
            .values(asked=Plan.asked + 1)
            .returning(Plan.asked)
            .execution_options(synchronize_session=False)
        )
    if asked is None:
        return None
    doc = stripe.retrieve_subscription(office_code, subscription_id)
    return from_subscription(doc, plan_id, asked)


def apply_subscription(session: Session, seen: SubscriptionSeen, *, now: datetime) -> None:
    """The plan follows; unless Stripe was asked again since, or it is stopped for good."""
    plan = lock_plan(session, seen.plan_id)
    if plan.asked != seen.asked or plan.state == "stopped" or seen.state is None:
        return
    if plan.stripe_subscription_id not in (None, seen.subscription_id):
        return  # begun by another one: this is looked after as nobody's
    if seen.state == "stopped":
        plan.stripe_subscription_id = seen.subscription_id
        stop(session, plan, seen.reason, now=now)
        return
    begin(session, plan, seen.subscription_id, now=now)
    office = session.get_one(Office, plan.office_id)
    plan.stripe_item_id = seen.item_id
    plan.next_on = seen.next_at.astimezone(ZoneInfo(office.timezone)).date()
    if not seen.is_skipping:
        plan.skips_on = None
    if plan.is_unconfirmed:
        _hold(session, plan, seen.state, now=now)
    elif plan.state not in (seen.state, "stopping"):
        move(session, plan, seen.state, now=now)


def _hold(session: Session, plan: Plan, state: str, *, now: datetime) -> None:
    """Nothing more is charged for the plan until its donor says that they wish for it."""
    if state == "paused":
        return
    try:
        changing.ask_change(session, plan.id, kind="pause", after={}, actor=SYSTEM, now=now)
    except Refused:  # `change_under_way`: looked at again once that is done
        return


def _find_plan_id(office_code: str, subscription_id: str) -> UUID | None:
    with reading() as session:
        known = session.scalar(
            select(Plan.id).where(Plan.stripe_subscription_id == subscription_id)
        )
    if known is not None:
        return known
    plan_id = plan_id_of(stripe.retrieve_subscription(office_code, subscription_id))
    if plan_id is None:
        return None
    with reading() as session:
        return session.scalar(
            select(Plan.id)
            .join(Office, Office.id == Plan.office_id)
            .where(Plan.id == plan_id, Office.code == office_code)
        )
