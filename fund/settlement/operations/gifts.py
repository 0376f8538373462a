"""Events about a gift's payment: the gift follows what is told, or what Stripe answers."""

from datetime import datetime

from sqlalchemy.orm import Session

from fund.gateways import stripe
from fund.gateways.stripe import Doc
from fund.giving import operations as giving
from fund.giving import payments
from fund.settlement.operations.events import Event


def told_by_charge(event: Event) -> payments.StripePayment | None:
    """The payment that this charge made; None if it is no gift's. A charge that succeeded stays so:
    what goes back later is refunds and disputes, each an object of its own."""
    return payments.from_charge(event.snapshot)


def fetch_charge(event: Event) -> Doc | None:
    """The charge, if it is a gift's."""
    if event.gift_id is None:
        return None
    return stripe.retrieve_charge(event.office_code, event.object_id)


def apply_charge(session: Session, _event: Event, answer: Doc, *, now: datetime) -> None:
    """The gift is paid."""
    _apply(session, payments.from_charge(answer), now=now)


def fetch_session(event: Event) -> Doc | None:
    """The Checkout session, if it is a gift's."""
    if event.gift_id is None:
        return None
    return stripe.retrieve_session(event.office_code, event.object_id)


def apply_session(session: Session, _event: Event, answer: Doc, *, now: datetime) -> None:
    """The gift follows its session."""
    _apply(session, payments.from_session(answer), now=now)


def fetch_payment_intent(event: Event) -> Doc | None:
    """The payment intent, if it is a gift's."""
    if event.gift_id is None:
        return None
    return stripe.retrieve_payment_intent(event.office_code, event.object_id)


def apply_payment_intent(session: Session, _event: Event, answer: Doc, *, now: datetime) -> None:
    """The gift follows its payment intent."""
    _apply(session, payments.from_payment_intent(answer), now=now)


def _apply(session: Session, payment: payments.StripePayment | None, *, now: datetime) -> None:
    if payment is not None:
        giving.apply_payment(session, payment, now=now)
