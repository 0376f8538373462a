"""Changes of plans on their way to Stripe, and its answers on their way back."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from fund import clock, jobs
from fund.audit import operations as audit
from fund.audit.events import PlanChanged, PlanChangeRefused
from fund.db import reading, transaction
from fund.errors import Refused
from fund.gateways import stripe
from fund.giving.models import Plan, PlanChange, StripeProduct
from fund.giving.plans.dates import next_time
from fund.giving.plans.products import make_product
from fund.giving.plans.rows import find_key, lock_plan, move, stop, take_fund
from fund.giving.plans.waiting import drop_waiting
from fund.ledger.models import Fund, Office
from fund.money import Money
from fund.permissions import SYSTEM


@dataclass(frozen=True)
class _Errand:
    """A change with what Stripe must be told."""

    change: PlanChange
    plan: Plan
    office: Office
    fund: Fund
    product_id: str | None

    @property
    def subscription_id(self) -> str:
        return self.plan.stripe_subscription_id or ""


@jobs.task("giving.tell_plan_change")
def tell_change(change_id: str) -> None:
    """Tell Stripe of a change. A second run tells the same again, or finds it settled."""
    make_change(UUID(change_id), now=clock.now())


def make_change(change_id: UUID, *, now: datetime) -> None:
    """See `tell_change`. Raises Unavailable: the change stays asked."""
    errand = _look(change_id)
    if errand.change.state != "asked":
        return
    reason = error = None
    try:
        reason = _tell(errand)
    except Refused as refused:
        if errand.change.kind == "stop":
            raise  # never given up: it is shown, and told again
        error = refused.code
    with transaction() as session:
        plan = lock_plan(session, errand.plan.id)
        change = session.get_one(PlanChange, change_id, with_for_update=True)
        if change.state != "asked":
            return
        change.move_to("refused" if error else "done")
        change.error, change.settled_at = error, now
        if error is None:
            _settle(session, plan, change, reason, now=now)
        _record(session, plan, change, now=now)


def settle_here(session: Session, plan: Plan, change: PlanChange, *, now: datetime) -> None:
    """A pledge is changed here and at once: nobody else has a part in it. What was asked for is
    waited for no longer once it is paused or stopped."""
    change.move_to("done")
    change.settled_at = now
    _settle(session, plan, change, "cancellation_requested", now=now)
    match change.kind:
        case "day":
            at = datetime.fromtimestamp(change.after["at"], UTC)
            zone = ZoneInfo(session.get_one(Office, plan.office_id).timezone)
            plan.next_on = at.astimezone(zone).date()
        case "skip" if plan.next_on is not None:
            plan.next_on = next_time(plan, after=plan.next_on)
        case "pause" | "stop":
            drop_waiting(session, plan, now=now)
    _record(session, plan, change, now=now)


def _tell(errand: _Errand) -> str | None:
    """What Stripe is asked to do; once it ended the plan, its word for why."""
    office, subscription, key = errand.office.code, errand.subscription_id, str(errand.change.id)
    after, plan = errand.change.after, errand.plan
    match errand.change.kind:
        case "amount" | "fund":
            stripe.change_item(
                office,
                plan.stripe_item_id or "",
                amount=Money(after.get("amount_minor", plan.amount_minor), plan.currency),
                every=plan.every,
                product_id=errand.product_id or make_product(errand.office, errand.fund),
                key=key,
            )
        case "day":
            stripe.move_day(office, subscription, at=after["at"], key=key)
        case "pause" | "skip":
            stripe.pause(office, subscription, resumes_at=after.get("resumes_at"), key=key)
        case "resume":
            stripe.resume(office, subscription, key=key)
        case "card":
            stripe.use_card(office, subscription, method=after["payment_method"], key=key)
        case "stop":
            ended = stripe.cancel(office, subscription, key=key)
            if ended["status"] != "canceled":
                raise Refused("stripe_refused", reason=ended["status"])
            return ended["cancellation_details"]["reason"] or "unknown"
    return None


def _settle(
    session: Session, plan: Plan, change: PlanChange, reason: str | None, *, now: datetime
) -> None:
    plan.asked += 1  # an answer from before the change counts no longer
    match change.kind:
        case "amount":
            plan.amount_minor = change.after["amount_minor"]
            plan.cover_minor = 0  # what was typed is all that is charged
        case "fund":
            take_fund(session, plan, UUID(change.after["fund_id"]), now=now)
        case "skip":
            plan.skips_on = date.fromisoformat(change.after["skips_on"])
        case "pause" if plan.state in ("active", "past_due"):
            move(session, plan, "paused", now=now)
        case "resume" if plan.state == "paused":
            move(session, plan, "active", now=now)
        case "stop" if plan.state != "stopped" and reason is not None:
            stop(session, plan, reason, now=now)


def _record(session: Session, plan: Plan, change: PlanChange, *, now: datetime) -> None:
    event = (
        PlanChangeRefused(subject_id=plan.id, kind=change.kind)
        if change.state == "refused"
        else PlanChanged(
            subject_id=plan.id,
            kind=change.kind,
            fund=session.get_one(Fund, plan.fund_id).code,
            amount_minor=plan.amount_minor,
            currency=plan.currency,
        )
    )
    audit.record(session, event, actor=SYSTEM, now=now, key_id=find_key(session, plan))


def _look(change_id: UUID) -> _Errand:
    with reading() as session:
        change = session.get_one(PlanChange, change_id)
        plan = session.get_one(Plan, change.plan_id)
        fund = session.get_one(Fund, UUID(change.after.get("fund_id", str(plan.fund_id))))
        product = session.get(StripeProduct, (plan.office_id, fund.id))
        office = session.get_one(Office, plan.office_id)
        return _Errand(change, plan, office, fund, product.product_id if product else None)
