"""Events about plans: the subscription is asked for anew, and a paid invoice becomes a gift."""

from datetime import datetime

from sqlalchemy.orm import Session

from fund.giving import plans
from fund.settlement.operations.events import Event


def fetch_subscription(event: Event) -> plans.SubscriptionSeen | None:
    """How the subscription stands, if it is a plan's."""
    return plans.ask_subscription(event.office_code, event.object_id)


def apply_subscription(
    session: Session, _event: Event, answer: plans.SubscriptionSeen, *, now: datetime
) -> None:
    """The plan follows its subscription."""
    plans.apply_subscription(session, answer, now=now)


def fetch_invoice(event: Event) -> plans.PlanPayment | None:
    """What was paid for the invoice, if its gift is not here yet."""
    return plans.ask_invoice(event.office_code, event.object_id)


def apply_invoice(
    session: Session, _event: Event, answer: plans.PlanPayment, *, now: datetime
) -> None:
    """A paid invoice is a gift."""
    plans.record_payment(session, answer, now=now)
