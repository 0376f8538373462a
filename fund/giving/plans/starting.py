"""A plan before its first payment: begun, sent to Stripe's page, tried again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import PlanRetried, PlanStarted
from fund.giving import queries
from fund.giving.dedications import promise_dedication
from fund.giving.donors import find_or_add_donor
from fund.giving.models import Plan
from fund.giving.offices import CARD, PROMPTPAY
from fund.giving.operations.gifts import (
    ask_tax_id,
    check_amount,
    choose_offer,
    find_cover,
    flush_open,
)
from fund.giving.orders import PLAIN, Order
from fund.giving.plans.rows import find_key, lock_plan
from fund.giving.words import seal_words
from fund.ids import new_id
from fund.money import Money
from fund.permissions import ANONYMOUS


def start_plan(
    session: Session,
    *,
    amount: Money,
    every: str,
    fund_code: str,
    email: str,
    name: str,
    language: str,
    now: datetime,
    order: Order = PLAIN,
) -> Plan:
    """A gift each `month` or `year` that its donor is about to begin: on Stripe's page, or as a
    pledge by PromptPay, with a first gift (`pledges.ask_first`).

    `amount` is what the fund is to have each time; what covers the fee comes on top. Whether they
    have one for this fund already is asked once it is paid: until then anybody can have typed the
    address. Raises Refused as `start_gift` does.
    """
    fund = queries.get_open_fund(session, fund_code)
    offer = choose_offer(session, amount.currency, order, frequency=every, now=now)
    method = order.method or offer.methods[0]
    if method == PROMPTPAY:
        ask_tax_id(offer, order, name)
    total = amount + find_cover(session, offer, method, amount, order, now=now)
    check_amount(fund, offer.office, total)
    donor = find_or_add_donor(session, email=email, name=name, language=language, now=now)
    plan = Plan(
        id=new_id(),
        donor_id=donor.id,
        office_id=offer.office.id,
        fund_id=fund.id,
        method=PROMPTPAY if method == PROMPTPAY else CARD,
        every=every,
        amount_minor=total.amount_minor,
        cover_minor=(total - amount).amount_minor,
        currency=total.currency,
        language=language,
        country=order.country,
        wants_tax_receipt=order.wants_tax_receipt,
        is_anonymous=order.is_anonymous,
        state="open",
        created_at=now,
    )
    seal_words(session, plan, donor, company=order.company, note=order.note)
    session.add(plan)
    flush_open(session)
    if order.dedication is not None:
        promise_dedication(session, plan, donor, order.dedication)
    event = PlanStarted(
        subject_id=plan.id,
        donor_id=donor.id,
        office=offer.office.code,
        fund=fund.code,
        amount_minor=plan.amount_minor,
        currency=plan.currency,
        every=every,
    )
    audit.record(session, event, actor=ANONYMOUS, now=now, key_id=donor.key_id)
    return plan


def keep_session(session: Session, plan_id: UUID, *, attempt: int, session_id: str) -> None:
    """Remember the Checkout session that was made for this attempt."""
    plan = lock_plan(session, plan_id)
    if plan.attempt == attempt and plan.stripe_session_id is None:
        plan.stripe_session_id = session_id


def retry_plan(session: Session, plan_id: UUID, *, now: datetime) -> None:
    """Let the same plan be begun anew, once Stripe said that its page was left too long.

    Raises Refused(`fund_takes_no_gifts`) if its fund was closed meanwhile.
    """
    plan = lock_plan(session, plan_id)
    if plan.state != "expired" or plan.replaces_id is not None:  # its day may be over by now
        return
    plan.move_to("open")
    plan.attempt += 1
    plan.stripe_session_id = None
    flush_open(session)
    event = PlanRetried(subject_id=plan.id, attempt=plan.attempt)
    audit.record(session, event, actor=ANONYMOUS, now=now, key_id=find_key(session, plan))
