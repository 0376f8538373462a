"""Subscriptions at Stripe that no plan of ours knows of: nobody is left billed for one.

Such a one is stopped there and told to finance. One from before the office was opened here, without
a mark of ours, may be the charity's own from another time: it is told only.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fund import clock, jobs
from fund.audit import operations as audit
from fund.audit.events import (
    StraySubscriptionFound,
    StraySubscriptionNoted,
    StraySubscriptionStopped,
)
from fund.db import reading, transaction
from fund.errors import NotFound, Refused, require
from fund.gateways import stripe
from fund.gateways.stripe import Doc
from fund.gateways.stripe_amounts import from_stripe
from fund.giving.models import Plan, StraySubscription, StripeCustomer
from fund.giving.plans.answers import plan_id_of
from fund.ledger.models import Office
from fund.money import Money
from fund.permissions import SYSTEM, Actor, Permission

log = structlog.get_logger(__name__)

BILLING = ("active", "trialing", "past_due", "unpaid", "paused")


@dataclass(frozen=True)
class Stray:
    """A running subscription without a plan; `is_ours` unless it may be from another time."""

    office_id: UUID
    subscription_id: str
    customer_id: str
    amount: Money
    is_ours: bool


def ask_stray(office_code: str, subscription_id: str) -> Stray | None:
    """The subscription, if it runs and no plan knows of it. Raises Unavailable."""
    with reading() as session:
        known = select(Plan.id).where(Plan.stripe_subscription_id == subscription_id)
        if session.scalar(known) is not None:
            return None
    doc = stripe.retrieve_subscription(office_code, subscription_id)
    with reading() as session:
        return find_stray(session, office_code, doc)


def find_stray(session: Session, office_code: str, doc: Doc) -> Stray | None:
    """The subscription, if it runs and no plan of this office knows of it."""
    office = session.scalars(select(Office).where(Office.code == office_code)).one()
    if doc["status"] not in BILLING or _is_known(session, office, doc):
        return None
    is_marked = plan_id_of(doc) is not None or session.scalar(
        select(StripeCustomer.donor_id).where(StripeCustomer.customer_id == doc["customer"])
    )
    price = doc["items"]["data"][0]["price"]
    return Stray(
        office_id=office.id,
        subscription_id=doc["id"],
        customer_id=doc["customer"],
        amount=from_stripe(price["unit_amount"], price["currency"]),
        is_ours=bool(is_marked) or datetime.fromtimestamp(doc["created"], UTC) >= office.opened_at,
    )


def note_stray(session: Session, stray: Stray, *, now: datetime) -> None:
    """Let it be stopped at Stripe, and finance look at it; told twice, it is one."""
    state = "stopping" if stray.is_ours else "left"
    row = insert(StraySubscription).values(
        id=stray.subscription_id,
        office_id=stray.office_id,
        customer_id=stray.customer_id,
        amount_minor=stray.amount.amount_minor,
        currency=stray.amount.currency,
        state=state,
        found_at=now,
    )
    if session.scalar(row.on_conflict_do_nothing().returning(StraySubscription.id)) is None:
        return
    found = StraySubscriptionFound(
        stray.office_id, subscription_id=stray.subscription_id, is_left=not stray.is_ours
    )
    audit.record(session, found, actor=SYSTEM, now=now)
    if state == "stopping":
        jobs.defer(session, stop_stray, subscription_id=stray.subscription_id)


@jobs.task("giving.stop_stray")
def stop_stray(subscription_id: str) -> None:
    """End it at Stripe. A second run finds it ended."""
    with reading() as session:
        stray = session.get_one(StraySubscription, subscription_id)
        office = session.get_one(Office, stray.office_id).code
    if stray.state != "stopping":
        return
    ended = stripe.cancel(office, subscription_id, key=f"stray:{subscription_id}")
    if ended["status"] not in ("canceled", "incomplete_expired"):
        raise Refused("stripe_refused", reason=ended["status"])
    with transaction() as session:
        row = session.get_one(StraySubscription, subscription_id, with_for_update=True)
        if row.state == "stopping":
            row.move_to("stopped")
            row.stopped_at = clock.now()
            told = StraySubscriptionStopped(row.office_id, subscription_id=row.id)
            audit.record(session, told, actor=SYSTEM, now=row.stopped_at)
    log.warning("stray_subscription_stopped", subscription=subscription_id)


def note_seen(session: Session, subscription_id: str, *, actor: Actor, now: datetime) -> None:
    """Finance wrote to whoever was billed, gave back what was taken, or knows whose it is.

    Raises Denied; NotFound; Refused(`stray_runs`) as long as Stripe did not confirm its end.
    """
    require(actor.may(Permission.WORK_ALERTS))
    stray = session.get(StraySubscription, subscription_id, with_for_update=True)
    if stray is None:
        raise NotFound
    if stray.state == "stopping":
        raise Refused("stray_runs")
    if stray.noted_at is not None:
        return
    stray.noted_by, stray.noted_at = actor.staff_id, now
    told = StraySubscriptionNoted(stray.office_id, subscription_id=stray.id)
    audit.record(session, told, actor=actor, now=now)


def _is_known(session: Session, office: Office, doc: Doc) -> bool:
    """Whether it is a plan's one subscription, or may become it."""
    by_id = session.scalar(select(Plan.id).where(Plan.stripe_subscription_id == doc["id"]))
    plan_id = plan_id_of(doc)
    plan = session.get(Plan, plan_id) if plan_id else None
    return by_id is not None or (
        plan is not None
        and plan.office_id == office.id
        and plan.stripe_subscription_id is None
        and plan.method == "card"
    )
