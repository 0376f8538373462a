"""A refund's way to Stripe: the intent is committed, then the call, then what Stripe answered."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from fund import clock, jobs
from fund.crypto import Unreadable
from fund.db import reading, transaction
from fund.errors import Refused
from fund.gateways import stripe
from fund.gateways.stripe import RefundOrder
from fund.giving.donors import open_person
from fund.giving.models import Donor, Gift
from fund.ledger.models import Office
from fund.settlement.models import Refund
from fund.settlement.operations.refund_answers import note_refusal, see_refund

# Stripe forgets an idempotency key after a day at the earliest; before that we look for ourselves.
KEY_AGE = timedelta(hours=20)
STRIPES_REASONS = ("duplicate", "fraudulent", "requested_by_customer")


@jobs.task("settlement.send_refund")
def send_refund(refund_id: str) -> None:
    """Have Stripe give the money back. Run twice it is the same refund. Raises Unavailable."""
    now = clock.now()
    with transaction() as session:
        refund = session.get_one(Refund, UUID(refund_id), with_for_update=True)
        if refund.state == "approved":
            refund.move_to("sending")
            refund.sent_at = now
        if refund.state != "sending":
            return
        is_old = refund.sent_at is None or now - refund.sent_at > KEY_AGE
        office = session.get_one(Office, refund.office_id).code
    with reading() as session:
        order = _order(session, UUID(refund_id))
    try:
        answer = stripe.find_refund(office, order) if is_old else None
        answer = answer or stripe.create_refund(office, order)
    except Refused as refusal:
        with transaction() as session:
            note_refusal(session, UUID(refund_id), str(refusal.params.get("reason")), now=now)
        return
    with transaction() as session:
        see_refund(session, answer, now=now)


def _order(session: Session, refund_id: UUID) -> RefundOrder:
    refund = session.get_one(Refund, refund_id)
    gift = session.get_one(Gift, refund.gift_id)
    return RefundOrder(
        reference=str(refund.id),
        payment_intent=str(gift.stripe_payment_intent_id),
        amount=refund.amount,
        reason=refund.reason if refund.reason in STRIPES_REASONS else None,
        email=_email(session, gift),
    )


def _email(session: Session, gift: Gift) -> str | None:
    """Where Stripe asks for bank details, if the method cannot take money back by itself."""
    if gift.donor_id is None:
        return None
    try:
        return open_person(session, session.get_one(Donor, gift.donor_id)).email
    except Unreadable:
        return None
