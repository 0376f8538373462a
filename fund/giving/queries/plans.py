"""What is read about plans."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from fund.db import Page, page_of
from fund.errors import NotFound
from fund.giving.donors import records_of
from fund.giving.models import LIVE, Gift, Plan, PlanChange
from fund.giving.offices import PROMPTPAY
from fund.ledger.models import Fund, Office


@dataclass(frozen=True)
class PlanRow:
    """A plan with what it belongs to."""

    plan: Plan
    office: Office
    fund: Fund


def get_plan(session: Session, plan_id: UUID) -> PlanRow:
    """One plan. Raises NotFound."""
    row = session.execute(_plans().where(Plan.id == plan_id)).first()
    if row is None:
        raise NotFound
    return PlanRow(*row)


def get_plan_of(session: Session, donor_id: UUID, plan_id: UUID) -> PlanRow:
    """One of the donor's plans that began. Raises NotFound."""
    row = get_plan(session, plan_id)
    if row.plan.owner_id != donor_id or row.plan.started_at is None:
        raise NotFound
    return row


def list_plans_of(session: Session, donor_id: UUID) -> list[PlanRow]:
    """A donor's plans, newest first, without those that were never begun."""
    query = _plans().where(Plan.donor_id.in_(records_of(donor_id)), Plan.started_at.is_not(None))
    return [PlanRow(*row) for row in session.execute(query.order_by(Plan.id.desc()))]


def list_all_plans_of(session: Session, donor_id: UUID) -> list[PlanRow]:
    """Each of the donor's plans, whatever came of it, oldest first."""
    query = _plans().where(Plan.donor_id.in_(records_of(donor_id))).order_by(Plan.id)
    return [PlanRow(*row) for row in session.execute(query)]


def find_other_plan(session: Session, plan: Plan, fund_id: UUID) -> Plan | None:
    """What the plan's donor gives to this fund by another plan, but for those that wait for their
    word; the oldest one."""
    others = select(Plan).where(
        Plan.donor_id.in_(records_of(plan.owner_id)),
        Plan.fund_id == fund_id,
        Plan.id != plan.id,
        Plan.state.in_(LIVE),
        ~Plan.is_additional | Plan.confirmed_at.is_not(None),
    )
    return session.scalars(others.order_by(Plan.id).limit(1)).one_or_none()


def find_follower(session: Session, plan_id: UUID) -> Plan | None:
    """The plan of another kind that follows on this one, or is about to."""
    query = select(Plan).where(Plan.replaces_id == plan_id, Plan.state != "expired")
    return session.scalars(query.order_by(Plan.id.desc()).limit(1)).one_or_none()


def count_running(session: Session, fund_id: UUID) -> int:
    """How many plans give to this fund or may yet; it is not closed before they are moved or
    stopped."""
    running = Plan.state.not_in(("stopped", "expired"))
    return session.scalar(select(func.count()).where(running, Plan.fund_id == fund_id)) or 0


def find_waiting(session: Session, plan_id: UUID) -> Gift | None:
    """What a pledge was asked for last, while it is waited for."""
    waiting = select(Gift).where(
        Gift.plan_id == plan_id, Gift.method == PROMPTPAY, Gift.state == "open"
    )
    return session.scalars(waiting.order_by(Gift.id.desc()).limit(1)).one_or_none()


@dataclass(frozen=True)
class ListedPlan(PlanRow):
    """A plan in a list; `stop_asked_at` if its end was asked for."""

    stop_asked_at: datetime | None


def list_plans(
    session: Session, *, state: str = "", fund: str = "", before: UUID | None = None
) -> Page[ListedPlan]:
    """Plans, newest first: those in `state`, else all that began; `fund` is a code, and `before`
    the last id seen."""
    query = _plans().add_columns(PlanChange.asked_at)
    query = query.outerjoin(
        PlanChange, (PlanChange.plan_id == Plan.id) & (PlanChange.kind == "stop")
    )
    query = query.where(Plan.state == state if state else Plan.started_at.is_not(None))
    if fund:
        query = query.where(Fund.code == fund)
    return Page(ListedPlan(*row) for row in session.execute(page_of(query, Plan.id, before)))


@dataclass(frozen=True)
class ToWatch:
    """How many plans are in a state that somebody should look at; `since` when the first stop of
    them was asked for."""

    state: str
    count: int
    since: datetime | None


def count_to_watch(session: Session) -> list[ToWatch]:
    """Plans whose payment failed, and those whose end Stripe did not confirm yet."""
    rows = session.execute(
        select(Plan.state, func.count(), func.min(PlanChange.asked_at))
        .outerjoin(PlanChange, (PlanChange.plan_id == Plan.id) & (PlanChange.kind == "stop"))
        .where(Plan.state.in_(("past_due", "stopping")))
        .group_by(Plan.state)
        .order_by(Plan.state.desc())
    )
    return [ToWatch(*row) for row in rows]


def list_changes(session: Session, plan_id: UUID) -> list[PlanChange]:
    """What was asked of a plan, newest first."""
    query = select(PlanChange).where(PlanChange.plan_id == plan_id)
    return list(session.scalars(query.order_by(PlanChange.id.desc())))


def _plans() -> Select[Plan, Office, Fund]:
    return (
        select(Plan, Office, Fund)
        .join(Office, Office.id == Plan.office_id)
        .join(Fund, Fund.id == Plan.fund_id)
    )
