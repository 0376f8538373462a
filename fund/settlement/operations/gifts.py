"""Events about a gift's payment: Stripe is asked how it stands, and the gift follows."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fund.db import reading
from fund.gateways import stripe
from fund.gateways.stripe import Doc
from fund.giving import operations as giving
from fund.giving import payments
from fund.giving.models import Gift
from fund.settlement.operations.events import Event


def fetch_session(event: Event) -> Doc | None:
    """The Checkout session, unless its gift is paid: nothing could change that."""
    if _is_paid(event.object_id):
        return None
    return stripe.retrieve_session(event.office_code, event.object_id)


def apply_session(session: Session, _event: Event, answer: Doc, *, now: datetime) -> None:
    """The gift follows its session."""
    _apply(session, payments.from_session(answer), now=now)


def fetch_payment_intent(event: Event) -> Doc | None:
    """The payment intent, unless its gift is paid."""
    if _is_paid(event.object_id):
        return None
    return stripe.retrieve_payment_intent(event.office_code, event.object_id)


def apply_payment_intent(session: Session, _event: Event, answer: Doc, *, now: datetime) -> None:
    """The gift follows its payment intent."""
    _apply(session, payments.from_payment_intent(answer), now=now)


def _apply(session: Session, payment: payments.StripePayment | None, *, now: datetime) -> None:
    if payment is not None:
        giving.apply_payment(session, payment, now=now)


def _is_paid(object_id: str) -> bool:
    found = select(Gift.id).where(
        Gift.state == "paid",
        or_(Gift.stripe_session_id == object_id, Gift.stripe_payment_intent_id == object_id),
    )
    with reading() as session:
        return session.scalar(found) is not None
