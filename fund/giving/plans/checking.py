"""What keeps plans true by itself: changes told again, pages given up, and Stripe's own list."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import clock, jobs
from fund.db import reading, transaction
from fund.errors import FundError
from fund.gateways import stripe
from fund.gateways.stripe import Doc
from fund.giving.models import Plan, PlanChange, StraySubscription
from fund.giving.offices import CARD
from fund.giving.plans.answers import from_subscription
from fund.giving.plans.checkout import give_up
from fund.giving.plans.expiring import tell_of_cards
from fund.giving.plans.following import follow
from fund.giving.plans.strays import find_stray, note_stray, stop_stray
from fund.giving.plans.telling import tell_change
from fund.ledger.models import Office

log = structlog.get_logger(__name__)

# A job tries for about a day by itself; what it gave up is begun anew.
PATIENCE = timedelta(hours=1)
PAGE_LASTS = timedelta(hours=25)
BATCH = 200


@jobs.app.periodic(cron="37 * * * *")
@jobs.task("giving.go_on_with_plans")
def go_on(**_: int) -> None:
    """Hourly: changes that Stripe did not hear of, and payment pages that were left."""
    now = clock.now()
    with transaction() as session:
        for change_id in _list_waiting(session, now):
            jobs.defer(session, tell_change, once=f"plan_change:{change_id}", change_id=change_id)
        for stray_id in _list_strays(session, now):
            jobs.defer(session, stop_stray, once=f"stray:{stray_id}", subscription_id=stray_id)
    with reading() as session:
        left = session.scalars(
            select(Plan.id)
            .where(Plan.method == CARD, Plan.state == "open", Plan.created_at < now - PAGE_LASTS)
            .limit(BATCH)
        ).all()
    for plan_id in left:
        try:
            give_up(plan_id, now=now)
        except FundError as error:
            log.warning("plan_left_out", error=error.code)


@jobs.app.periodic(cron="47 2 * * *")
@jobs.task("giving.check_plans")
def check_plans(**_: int) -> None:
    """Nightly: every plan against what Stripe says is running."""
    for office in stripe.list_office_codes():
        try:
            check_office(office, now=clock.now())
        except FundError as error:
            log.warning("office_left_out", office=office, error=error.code)


def check_office(office_code: str, *, now: datetime) -> list[str]:
    """Bring all plans of an office to where Stripe's list of running subscriptions has them; what
    runs though it was stopped here, or though no plan knows of it, is stopped there. Donors are
    told of cards that expire. The subscriptions that were put right.

    Raises Unavailable.
    """
    running = {doc["id"]: doc for doc in stripe.list_live_subscriptions(office_code)}
    with reading() as session:
        known = {
            plan.stripe_subscription_id: plan
            for plan in session.scalars(
                select(Plan)
                .join(Office, Office.id == Plan.office_id)
                .where(Office.code == office_code)
            )
            if plan.stripe_subscription_id is not None
            and (plan.stripe_subscription_id in running or plan.state != "stopped")
        }
    wrong = []
    for subscription_id in running.keys() | known.keys():
        doc, plan = running.get(subscription_id), known.get(subscription_id)
        if doc is not None and (plan is None or plan.state in ("stopping", "stopped")):
            if plan is not None:
                stripe.cancel(office_code, subscription_id, key=f"check:{subscription_id}")
                log.warning("stopped_plan_was_running", subscription=subscription_id)
            elif _note_stray(office_code, doc, now=now):
                wrong.append(subscription_id)
                continue
        elif _agrees(doc, plan):
            continue
        follow(office_code, subscription_id, now=now)
        wrong.append(subscription_id)
    both = (
        (doc, known[subscription_id])
        for subscription_id, doc in running.items()
        if subscription_id in known
    )
    tell_of_cards(both, now=now)
    return wrong


def _note_stray(office_code: str, doc: Doc, *, now: datetime) -> bool:
    """Whether no plan knows of this subscription; it is looked after then."""
    with transaction() as session:
        stray = find_stray(session, office_code, doc)
        if stray is not None:
            note_stray(session, stray, now=now)
    return stray is not None


def _agrees(doc: Doc | None, plan: Plan | None) -> bool:
    return (
        doc is not None
        and plan is not None
        and from_subscription(doc, plan.id, plan.asked).state == plan.state
    )


def _list_strays(session: Session, now: datetime) -> list[str]:
    waiting = (
        select(StraySubscription.id)
        .where(StraySubscription.state == "stopping", StraySubscription.found_at < now - PATIENCE)
        .limit(BATCH)
    )
    return list(session.scalars(waiting))


def _list_waiting(session: Session, now: datetime) -> list[UUID]:
    waiting = (
        select(PlanChange.id)
        .where(PlanChange.state == "asked", PlanChange.asked_at < now - PATIENCE)
        .limit(BATCH)
    )
    return list(session.scalars(waiting))
