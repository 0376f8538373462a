"""Another card for a plan, given on Stripe's page."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.db import reading
from fund.errors import Refused, require
from fund.gateways import stripe
from fund.giving import queries
from fund.giving.models import Plan, PlanChange, StripeCustomer
from fund.giving.plans.answers import plan_id_of
from fund.giving.plans.changing import ask_change, can_change
from fund.ledger.models import Office
from fund.permissions import Actor


def open_card_page(plan_id: UUID, *, path: str, actor: Actor, now: datetime) -> str:
    """The address of Stripe's page for another card; `path` is where it leads back to.

    Raises Denied; Refused(`plan_over`); Unavailable.
    """
    with reading() as session:
        plan = session.get_one(Plan, plan_id)
        require(can_change(actor, plan))
        customer = session.get(StripeCustomer, (plan.donor_id, plan.office_id, plan.currency))
        office = session.get_one(Office, plan.office_id)
        types = queries.list_stripe_types(
            session, office, currency=plan.currency, frequency=plan.every, at=now
        )
    if not plan.is_live or customer is None:
        raise Refused("plan_over")
    page = stripe.create_card_session(
        office.code,
        str(plan.id),
        customer_id=customer.customer_id,
        method_types=types,
        language=plan.language,
        path=path,
    )
    return str(page["url"])


def ask_card(office_code: str, intent_id: str) -> tuple[UUID, str] | None:
    """Plan and card of a setup intent that succeeded; None if it is of no plan."""
    intent = stripe.retrieve_setup_intent(office_code, intent_id)
    plan_id = plan_id_of(intent)
    if plan_id is None or intent["status"] != "succeeded":
        return None
    return plan_id, intent["payment_method"]


def take_card(session: Session, plan_id: UUID, method: str, *, actor: Actor, now: datetime) -> None:
    """Pay the plan by this card from now on; told twice, it is one change.

    Raises Refused(`change_under_way`): another change comes first, and this is asked again.
    """
    is_known = session.scalar(
        select(PlanChange.id).where(
            PlanChange.plan_id == plan_id,
            PlanChange.kind == "card",
            PlanChange.after["payment_method"].astext == method,
        )
    )
    if is_known is None and session.get_one(Plan, plan_id).is_live:
        after = {"payment_method": method}
        ask_change(session, plan_id, kind="card", after=after, actor=actor, now=now)
