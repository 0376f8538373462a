"""Gifts as they are paid, with all that follows from it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import jobs
from fund.audit import operations as audit
from fund.audit.events import Event, GiftFailed, GiftPaid, GiftProcessing
from fund.errors import Refused
from fund.giving import queries, receipts, tasks
from fund.giving.models import Dedication, Gift
from fund.giving.payments import StripePayment
from fund.ledger.models import Office
from fund.ledger.queries import list_offices
from fund.permissions import SYSTEM, Actor


def apply_payment(session: Session, payment: StripePayment, *, now: datetime) -> None:
    """Bring the gift to where Stripe says its payment is; in any order, any number of times.

    Raises Refused if what was paid is not what was given, or if it was paid by another payment
    already: both are for finance to look at.
    """
    for refusal in apply_payments(session, [payment], now=now):
        if refusal is not None:
            raise refusal


def apply_payments(
    session: Session, payments: Sequence[StripePayment], *, now: datetime
) -> list[Refused | None]:
    """`apply_payment` for many, in as many statements as for one; why each was refused, if so."""
    gifts = _lock(session, payments)
    offices = {office.id: office for office in list_offices(session)}
    paid: list[Gift] = []
    events: list[tuple[Event, UUID | None]] = []
    refusals: list[Refused | None] = []
    for payment in payments:
        refusal = None
        try:
            gift = _match(gifts, payment)
            if payment.state == "paid":
                paid += (
                    [gift] if _take_paid(gift, payment, offices[gift.office_id], now=now) else []
                )
            elif payment.attempt == gift.attempt:
                _keep_ids(gift, payment)
                if payment.state != "open" and payment.state in gift.TRANSITIONS[gift.state]:
                    events.append((_move_on(gift, payment.state), None))
        except Refused as error:
            refusal = error
        refusals.append(refusal)
    audit.record_many(session, events, actor=SYSTEM, now=now)
    record_paid(session, paid, actor=SYSTEM, now=now)
    return refusals


def record_paid(session: Session, gifts: Sequence[Gift], *, actor: Actor, now: datetime) -> None:
    """Gifts that were just paid: the log hears of it, each gets its receipt, and third
    persons are told."""
    keys = queries.list_donor_keys(session, [gift.id for gift in gifts])
    events: list[tuple[Event, UUID | None]] = [
        (
            GiftPaid(
                subject_id=gift.id,
                amount_minor=gift.amount_minor,
                currency=gift.currency,
                payment_intent=gift.stripe_payment_intent_id,
            ),
            keys[gift.id].id if gift.id in keys else None,
        )
        for gift in gifts
    ]
    audit.record_many(session, events, actor=actor, now=now)
    ours = [gift for gift in gifts if not gift.has_outside_receipt]
    receipts.issue(session, ours, actor=actor, now=now)
    told = session.scalars(
        select(Dedication.gift_id).where(
            Dedication.gift_id.in_([gift.id for gift in gifts]),
            Dedication.to_email_index.is_not(None),
        )
    )
    jobs.defer_many(session, tasks.mail_dedication, [{"gift_id": gift_id} for gift_id in told])


def _lock(session: Session, payments: Sequence[StripePayment]) -> dict[UUID, Gift]:
    """The gifts' rows, as they are now; ours, in one order, until the transaction ends."""
    rows = session.scalars(
        select(Gift)
        .where(Gift.id.in_({payment.gift_id for payment in payments}))
        .order_by(Gift.id)
        # Not FOR UPDATE: the feed's rows point at gifts, and need not wait for us.
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {gift.id: gift for gift in rows}


def _match(gifts: dict[UUID, Gift], payment: StripePayment) -> Gift:
    gift = gifts.get(payment.gift_id)
    if gift is None:
        raise Refused("gift_unknown")
    if payment.amount != gift.amount:
        raise Refused("paid_amount_differs", given=gift.amount, paid=payment.amount)
    return gift


def _take_paid(gift: Gift, payment: StripePayment, office: Office, *, now: datetime) -> bool:
    """Whether the gift is paid by this, and was not before."""
    if gift.state == "paid":
        if gift.stripe_payment_intent_id != payment.payment_intent_id:
            raise Refused("paid_twice")
        return False
    gift.move_to("paid")
    gift.attempt = payment.attempt
    _keep_ids(gift, payment)
    gift.paid_at = payment.paid_at or now
    gift.paid_on = gift.paid_at.astimezone(ZoneInfo(office.timezone)).date()
    return True


def _keep_ids(gift: Gift, payment: StripePayment) -> None:
    gift.stripe_session_id = payment.session_id or gift.stripe_session_id
    gift.stripe_payment_intent_id = payment.payment_intent_id or gift.stripe_payment_intent_id
    if payment.state == "paid":  # a declined card leaves a charge too, and it is none
        gift.stripe_charge_id = payment.charge_id


def _move_on(gift: Gift, state: str) -> Event:
    gift.move_to(state)
    if state == "processing":
        return GiftProcessing(subject_id=gift.id)
    return GiftFailed(subject_id=gift.id, reason=state)
