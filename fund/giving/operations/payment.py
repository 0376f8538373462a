"""A gift as it is paid, with all that follows from it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import jobs
from fund.audit import operations as audit
from fund.audit.events import GiftFailed, GiftPaid, GiftProcessing
from fund.errors import Refused
from fund.giving import queries, receipts, tasks
from fund.giving.models import Dedication, Gift
from fund.giving.operations.gifts import lock_gift
from fund.giving.payments import StripePayment
from fund.ledger.models import Fund, Office
from fund.permissions import SYSTEM, Actor


def apply_payment(session: Session, payment: StripePayment, *, now: datetime) -> None:
    """Bring the gift to where Stripe says its payment is; in any order, any number of times.

    Raises Refused if what was paid is not what was given, or if it was paid by another payment
    already: both are for finance to look at.
    """
    gift = lock_gift(session, payment.gift_id)
    if payment.amount != gift.amount:
        raise Refused("paid_amount_differs", given=gift.amount, paid=payment.amount)
    if payment.state == "paid":
        _apply_paid(session, gift, payment, now=now)
    elif payment.attempt == gift.attempt:
        _keep_ids(gift, payment)
        if payment.state in gift.TRANSITIONS[gift.state]:
            _move_on(session, gift, payment.state, now=now)


def record_paid(
    session: Session, gift: Gift, *, office: Office, fund: Fund, actor: Actor, now: datetime
) -> None:
    audit.record(
        session,
        GiftPaid(
            subject_id=gift.id,
            amount_minor=gift.amount_minor,
            currency=gift.currency,
            payment_intent=gift.stripe_payment_intent_id,
        ),
        actor=actor,
        now=now,
        key_id=queries.find_donor_key(session, gift),
    )
    receipts.issue(session, gift, office=office, fund=fund, actor=actor, now=now)
    told = select(Dedication.gift_id).where(
        Dedication.gift_id == gift.id, Dedication.to_email_index.is_not(None)
    )
    if session.scalar(told) is not None:
        jobs.defer(session, tasks.mail_dedication, gift_id=gift.id)


def _apply_paid(session: Session, gift: Gift, payment: StripePayment, *, now: datetime) -> None:
    if gift.state == "paid":
        if gift.stripe_payment_intent_id != payment.payment_intent_id:
            raise Refused("paid_twice")
        return
    office = session.get_one(Office, gift.office_id)
    fund = session.get_one(Fund, gift.fund_id)
    gift.move_to("paid")
    gift.attempt = payment.attempt
    _keep_ids(gift, payment)
    gift.paid_at = payment.paid_at or now
    gift.paid_on = gift.paid_at.astimezone(ZoneInfo(office.timezone)).date()
    record_paid(session, gift, office=office, fund=fund, actor=SYSTEM, now=now)


def _keep_ids(gift: Gift, payment: StripePayment) -> None:
    gift.stripe_session_id = payment.session_id or gift.stripe_session_id
    gift.stripe_payment_intent_id = payment.payment_intent_id or gift.stripe_payment_intent_id
    if payment.state == "paid":  # a declined card leaves a charge too, and it is none
        gift.stripe_charge_id = payment.charge_id


def _move_on(session: Session, gift: Gift, state: str, *, now: datetime) -> None:
    gift.move_to(state)
    event = (
        GiftProcessing(subject_id=gift.id)
        if state == "processing"
        else GiftFailed(subject_id=gift.id, reason=state)
    )
    audit.record(session, event, actor=SYSTEM, now=now)
