"""A plan's way to Stripe's page and back: read, ask Stripe outside any transaction, write.

Whatever breaks in between, the same steps taken again end in the same session and the same plan.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import insert

from fund import clock, jobs
from fund.db import reading, transaction
from fund.errors import NotFound
from fund.gateways import stripe
from fund.giving import queries
from fund.giving.donors import find_person
from fund.giving.models import Plan, StripeCustomer, StripeProduct
from fund.giving.offices import CARD
from fund.giving.plans.changing import PAID_AT
from fund.giving.plans.following import follow
from fund.giving.plans.paying import ask_invoice, record_payment
from fund.giving.plans.products import make_product
from fund.giving.plans.rows import lock_plan, move
from fund.giving.plans.starting import keep_session
from fund.ledger.models import Fund, Office


@dataclass(frozen=True)
class _Visit:
    """Where a plan stands before Stripe is asked."""

    plan: Plan
    office: Office
    fund: Fund
    email: str
    product_id: str | None
    customer_id: str | None
    method_types: tuple[str, ...]


def open_checkout(plan_id: UUID, *, now: datetime) -> str | None:
    """The address of Stripe's page for this plan; None if there is nothing to begin there.

    Raises Unavailable if Stripe does not answer in time, Refused if it takes no such plan.
    """
    visit = _look(plan_id)
    plan, office = visit.plan, visit.office.code
    if plan.state != "open":
        return None
    if plan.stripe_session_id is not None:
        return _reopen(office, plan, now=now)
    order = stripe.PlanOrder(
        reference=str(plan.id),
        attempt=plan.attempt,
        amount=plan.amount,
        every=plan.every,
        product_id=visit.product_id or make_product(visit.office, visit.fund),
        customer_id=visit.customer_id or _make_customer(visit),
        language=plan.language,
        return_path=f"/give/monthly/{plan.id}",
        method_types=visit.method_types,
        starts_at=_starts_at(visit),
    )
    session = stripe.create_plan_session(office, order)
    with transaction() as tx:
        keep_session(tx, plan_id, attempt=plan.attempt, session_id=session["id"])
    return str(session["url"])


def ask_stripe(plan_id: UUID, *, now: datetime) -> None:
    """Bring a plan that was not begun to where Stripe says it is. Raises Unavailable."""
    visit = _look(plan_id)
    if visit.plan.stripe_session_id is not None and visit.plan.state == "open":
        _reopen(visit.office.code, visit.plan, now=now)


def give_up(plan_id: UUID, *, now: datetime) -> None:
    """The same after so long that no page is open any more: what was never begun is given up."""
    ask_stripe(plan_id, now=now)
    with transaction() as tx:
        plan = lock_plan(tx, plan_id)
        if plan.state == "open" and plan.stripe_session_id is None:
            move(tx, plan, "expired", now=now)


def _starts_at(visit: _Visit) -> int | None:
    """When one that follows on another is charged first: on the day on which that one would be."""
    plan, zone = visit.plan, ZoneInfo(visit.office.timezone)
    if plan.replaces_id is None or plan.next_on is None:
        return None
    return int(datetime.combine(plan.next_on, PAID_AT, zone).timestamp())


@jobs.task("giving.prepare_plan_checkout")
def prepare_checkout(plan_id: str) -> None:
    """Make the session that a donor waits for; the page they see asks again by itself."""
    open_checkout(UUID(plan_id), now=clock.now())


def _make_customer(visit: _Visit) -> str:
    plan = visit.plan
    key = f"{plan.donor_id}:{plan.currency}"
    customer_id = stripe.create_customer(visit.office.code, email=visit.email, key=key)
    with transaction() as session:
        row = insert(StripeCustomer).values(
            donor_id=plan.donor_id,
            office_id=plan.office_id,
            currency=plan.currency,
            customer_id=customer_id,
        )
        session.execute(row.on_conflict_do_nothing())
    return customer_id


def _reopen(office: str, plan: Plan, *, now: datetime) -> str | None:
    session = stripe.retrieve_session(office, plan.stripe_session_id or "")
    if session["status"] == "open":
        return str(session["url"])
    if session["status"] == "complete":
        payment = ask_invoice(office, session["invoice"])
        if payment is not None:
            with transaction() as tx:
                record_payment(tx, payment, now=now)
        follow(office, session["subscription"], now=now)
        return None
    with transaction() as tx:
        row = lock_plan(tx, plan.id)
        if row.state == "open" and row.attempt == plan.attempt:
            move(tx, row, "expired", now=now)
    return None


def _look(plan_id: UUID) -> _Visit:
    with reading() as session:
        plan = session.get(Plan, plan_id)
        if plan is None or plan.method != CARD:
            raise NotFound
        person = find_person(session, plan.donor_id)
        if person is None:
            raise NotFound
        customer = session.get(StripeCustomer, (plan.donor_id, plan.office_id, plan.currency))
        product = session.get(StripeProduct, (plan.office_id, plan.fund_id))
        office = session.get_one(Office, plan.office_id)
        types = queries.list_stripe_types(
            session, office, currency=plan.currency, frequency=plan.every, at=plan.created_at
        )
        return _Visit(
            plan,
            office,
            session.get_one(Fund, plan.fund_id),
            person.email,
            product.product_id if product else None,
            customer.customer_id if customer else None,
            types,
        )
