"""Events about plans: the subscription is asked for anew, and a paid invoice becomes a gift."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from fund.giving import plans
from fund.permissions import SYSTEM
from fund.settlement.operations.events import Event


def fetch_subscription(event: Event) -> plans.SubscriptionSeen | plans.Stray | None:
    """How the subscription stands, if it is a plan's, or if it runs and is nobody's."""
    about = (event.office_code, event.object_id)
    return plans.ask_subscription(*about) or plans.ask_stray(*about)


def apply_subscription(
    session: Session,
    _event: Event,
    answer: plans.SubscriptionSeen | plans.Stray,
    *,
    now: datetime,
) -> None:
    """The plan follows its subscription; what is nobody's is stopped and told to finance."""
    if isinstance(answer, plans.Stray):
        plans.note_stray(session, answer, now=now)
    else:
        plans.apply_subscription(session, answer, now=now)


def fetch_invoice(event: Event) -> plans.PlanPayment | None:
    """What was paid for the invoice, if its gift is not here yet."""
    return plans.ask_invoice(event.office_code, event.object_id)


def apply_invoice(
    session: Session, _event: Event, answer: plans.PlanPayment, *, now: datetime
) -> None:
    """A paid invoice is a gift."""
    plans.record_payment(session, answer, now=now)


def fetch_failure(event: Event) -> UUID | None:
    """The plan of an invoice that is still unpaid."""
    return plans.ask_failure(event.office_code, event.object_id)


def apply_failure(session: Session, event: Event, answer: UUID, *, now: datetime) -> None:
    """The donor is told, once an invoice."""
    plans.record_failure(session, answer, event.object_id, now=now)


def fetch_card(event: Event) -> tuple[UUID, str] | None:
    """The card that a donor gave for a plan."""
    return plans.ask_card(event.office_code, event.object_id)


def apply_card(session: Session, _event: Event, answer: tuple[UUID, str], *, now: datetime) -> None:
    """The plan is paid by it from now on."""
    plan_id, method = answer
    plans.take_card(session, plan_id, method, actor=SYSTEM, now=now)
