"""A paid invoice becomes a gift, whoever tells of it first: its event, or the feed its charge."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import PlanGave, PlanPaymentFailed
from fund.db import reading, transaction
from fund.gateways import stripe
from fund.gateways.stripe import Doc
from fund.giving.models import Gift, Plan, StripeProduct
from fund.giving.operations.payment import record_paid
from fund.giving.plans import mailing
from fund.giving.plans.answers import PlanPayment, from_invoice_payment, plan_id_of
from fund.giving.plans.beginning import begin
from fund.giving.plans.passing import pass_on
from fund.giving.plans.rows import find_key, lock_plan
from fund.ids import new_id
from fund.ledger.models import Fund, Office
from fund.permissions import SYSTEM


def ask_invoice(office_code: str, invoice_id: str) -> PlanPayment | None:
    """What was paid for this invoice; None if nothing, or if we have it. Raises Unavailable."""
    with reading() as session:
        known = session.scalar(select(Gift.id).where(Gift.stripe_invoice_id == invoice_id))
    if known is not None:
        return None
    return _of_a_plan(stripe.find_invoice_payment(office_code, invoice=invoice_id))


def learn_of_charge(office_code: str, intent_id: str, *, now: datetime) -> bool:
    """Record the gift whose payment this intent was, if it was a plan's; whether it was.

    A subscription's charge says nothing of whose it is: only the invoice does. Raises Unavailable.
    """
    payment = _of_a_plan(stripe.find_invoice_payment(office_code, intent=intent_id))
    if payment is None:
        return False
    with transaction() as session:
        record_payment(session, payment, now=now)
    return True


def record_payment(session: Session, payment: PlanPayment, *, now: datetime) -> Gift:
    """The gift of a paid invoice, with its receipt; the same one however often it is told.

    The invoice is the truth: of amount and fund it has what was asked for at its time, whatever
    was changed since.
    """
    plan = lock_plan(session, payment.plan_id)
    known = session.scalars(
        select(Gift).where(Gift.stripe_invoice_id == payment.invoice_id)
    ).one_or_none()
    if known is not None:
        return known
    begin(session, plan, payment.subscription_id, now=now)
    office = session.get_one(Office, plan.office_id)
    fund = session.get_one(Fund, _fund_of(session, plan, payment.product_id))
    gift = Gift(
        id=new_id(),
        donor_id=plan.donor_id,
        office_id=office.id,
        fund_id=fund.id,
        amount_minor=payment.amount.amount_minor,
        # A change under way: nobody knows what of the old amount was for the fee.
        cover_minor=plan.cover_minor if payment.amount == plan.amount else 0,
        currency=payment.amount.currency,
        method="plan",
        state="paid",
        language=plan.language,
        country=plan.country,
        wants_tax_receipt=plan.wants_tax_receipt,
        is_anonymous=plan.is_anonymous,
        plan_id=plan.id,
        stripe_invoice_id=payment.invoice_id,
        stripe_payment_intent_id=payment.payment_intent_id,
        stripe_charge_id=payment.charge_id,
        created_at=now,
        paid_at=payment.paid_at,
        paid_on=payment.paid_at.astimezone(ZoneInfo(office.timezone)).date(),
    )
    session.add(gift)
    session.flush()
    pass_on(session, plan, gift)
    event = PlanGave(
        subject_id=gift.id,
        plan_id=plan.id,
        office=office.code,
        fund=fund.code,
        amount_minor=gift.amount_minor,
        currency=gift.currency,
    )
    audit.record(session, event, actor=SYSTEM, now=now, key_id=find_key(session, plan))
    record_paid(session, [gift], actor=SYSTEM, now=now)
    return gift


def _of_a_plan(found: Doc | None) -> PlanPayment | None:
    """What was paid, if there is a plan that it was paid for; what names none of ours is nobody's
    gift, as any other charge that we know nothing of."""
    payment = from_invoice_payment(found) if found else None
    if payment is not None:
        with reading() as session:
            if session.get(Plan, payment.plan_id) is None:
                return None
    return payment


def ask_failure(office_code: str, invoice_id: str) -> UUID | None:
    """The plan whose invoice is still unpaid and will be tried again. Raises Unavailable."""
    invoice = stripe.retrieve_invoice(office_code, invoice_id)
    is_tried_again = invoice["status"] == "open" and invoice["next_payment_attempt"] is not None
    details = (invoice["parent"] or {}).get("subscription_details") or {}
    return plan_id_of(details) if is_tried_again else None


def record_failure(session: Session, plan_id: UUID, invoice_id: str, *, now: datetime) -> None:
    """The donor is told, once an invoice; once nothing is tried any more, the plan's end is."""
    plan = lock_plan(session, plan_id)
    if plan.state in ("stopping", "stopped"):
        return
    if mailing.ask_letter(session, plan, "failed", invoice_id, now=now):
        event = PlanPaymentFailed(subject_id=plan.id)
        audit.record(session, event, actor=SYSTEM, now=now, key_id=find_key(session, plan))


def _fund_of(session: Session, plan: Plan, product_id: str) -> UUID:
    of_product = select(StripeProduct.fund_id).where(
        StripeProduct.office_id == plan.office_id, StripeProduct.product_id == product_id
    )
    return session.scalar(of_product) or plan.fund_id
