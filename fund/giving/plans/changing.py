"""A plan is changed: the wish is committed, then Stripe is told, then its answer is written.

A change that Stripe did not hear of stays `asked` and is told again, for ever: nobody is left with
a gift that they stopped.
"""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund import jobs
from fund.audit import operations as audit
from fund.audit.events import PlanChangeAsked
from fund.errors import Refused, require
from fund.giving import queries
from fund.giving.models import Plan, PlanChange
from fund.giving.offices import PROMPTPAY
from fund.giving.operations.gifts import check_amount
from fund.giving.plans import telling
from fund.giving.plans.dates import LAST_DAY
from fund.giving.plans.rows import find_key, lock_plan, move
from fund.ledger.models import Fund, Office
from fund.ledger.operations.calling import refusing
from fund.money import Money
from fund.permissions import SYSTEM, Actor, Permission

PAID_AT = time(9)  # in the office's time zone

Wish = dict[str, Any]


def can_change(actor: Actor, plan: Plan) -> bool:
    """The plan's own donor, and finance for one who writes to them."""
    is_own = actor.kind == "donor" and actor.id == plan.owner_id
    return is_own or actor is SYSTEM or actor.may(Permission.RECORD_GIFTS)


def ask_change(
    session: Session, plan_id: UUID, *, kind: str, after: Wish, actor: Actor, now: datetime
) -> PlanChange | None:
    """Ask for a change; None if the plan is being stopped, or was, already and a stop is asked.

    `after`: {"amount_minor": int} for `amount`, {"fund": code}, {"day": 1 to 28},
    {"payment_method": id} for `card`, and {} for `pause`, `skip`, `resume` and `stop`. To resume
    a plan that is unconfirmed is to confirm it. Raises Denied; Refused: `plan_over`,
    `change_under_way`, `plan_exists`, `day_not_possible`, `nothing_to_skip`, and those of an
    amount or fund.
    """
    plan = lock_plan(session, plan_id)
    require(can_change(actor, plan))
    if kind == "stop" and plan.state in ("stopping", "stopped"):
        return None
    if not plan.is_live or (kind == "resume" and plan.state != "paused"):
        raise Refused("plan_over")
    if kind != "stop" and queries.find_follower(session, plan.id) is not None:
        raise Refused("change_under_way")
    change = PlanChange(
        plan_id=plan.id,
        kind=kind,
        after=_PREPARE[kind](session, plan, after, now),
        state="asked",
        asked_by=actor.label,
        asked_at=now,
    )
    try:
        with refusing(), session.begin_nested():
            session.add(change)
    except IntegrityError:
        raise Refused("change_under_way")
    if plan.method == PROMPTPAY:
        telling.settle_here(session, plan, change, now=now)
        return change
    event = PlanChangeAsked(subject_id=plan.id, kind=kind)
    audit.record(session, event, actor=actor, now=now, key_id=find_key(session, plan))
    if kind == "stop":
        move(session, plan, "stopping", actor=actor, now=now)
    jobs.defer(session, telling.tell_change, change_id=change.id)
    return change


def keep_only(session: Session, plan_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Let this plan go on instead of the other one for its fund. Raises as `ask_change`."""
    plan = lock_plan(session, plan_id)
    require(can_change(actor, plan))
    other = queries.find_other_plan(session, plan, plan.fund_id)
    if other is not None:
        ask_change(session, other.id, kind="stop", after={}, actor=actor, now=now)
    ask_change(session, plan_id, kind="resume", after={}, actor=actor, now=now)


def _amount(session: Session, plan: Plan, after: Wish, _now: datetime) -> Wish:
    amount = Money(int(after["amount_minor"]), plan.currency)
    fund, office = session.get_one(Fund, plan.fund_id), session.get_one(Office, plan.office_id)
    check_amount(fund, office, amount)
    return {"amount_minor": amount.amount_minor}


def _fund(session: Session, plan: Plan, after: Wish, _now: datetime) -> Wish:
    fund = queries.get_open_fund(session, after["fund"])
    if queries.find_other_plan(session, plan, fund.id) is not None:
        raise Refused("plan_exists", field="fund")
    check_amount(fund, session.get_one(Office, plan.office_id), plan.amount)
    return {"fund_id": str(fund.id)}


def _day(session: Session, plan: Plan, after: Wish, now: datetime) -> Wish:
    """The wished day in the month of the next gift, or a month later if that day is past: so no
    month is left out, and none has two."""
    day = int(after["day"])
    if not 1 <= day <= LAST_DAY or plan.next_on is None or plan.state != "active":
        raise Refused("day_not_possible", field="day")
    zone = ZoneInfo(session.get_one(Office, plan.office_id).timezone)
    at = datetime.combine(plan.next_on.replace(day=day), PAID_AT, zone)
    if at <= now + timedelta(days=1):
        at = (at.replace(day=1) + timedelta(days=32)).replace(day=day)
    return {"at": int(at.timestamp())}


def _skip(session: Session, plan: Plan, _after: Wish, _now: datetime) -> Wish:
    if plan.next_on is None or plan.state != "active" or plan.skips_on is not None:
        raise Refused("nothing_to_skip")
    zone = ZoneInfo(session.get_one(Office, plan.office_id).timezone)
    after_it = datetime.combine(plan.next_on + timedelta(days=2), PAID_AT, zone)
    return {"resumes_at": int(after_it.timestamp()), "skips_on": plan.next_on.isoformat()}


def _card(_session: Session, _plan: Plan, after: Wish, _now: datetime) -> Wish:
    return {"payment_method": after["payment_method"]}


def _resume(_session: Session, plan: Plan, _after: Wish, now: datetime) -> Wish:
    if plan.is_unconfirmed:
        plan.confirmed_at = now
    return {}


def _plain(_session: Session, _plan: Plan, _after: Wish, _now: datetime) -> Wish:
    return {}


_PREPARE = {
    "amount": _amount,
    "fund": _fund,
    "day": _day,
    "skip": _skip,
    "card": _card,
    "pause": _plain,
    "resume": _resume,
    "stop": _plain,
}
