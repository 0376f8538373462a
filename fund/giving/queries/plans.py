"""What is read about plans."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from fund.errors import NotFound
from fund.giving.models import LIVE, Plan, PlanChange
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
    if row.plan.donor_id != donor_id or row.plan.started_at is None:
        raise NotFound
    return row


def list_plans_of(session: Session, donor_id: UUID) -> list[PlanRow]:
    """A donor's plans, newest first, without those that were never begun."""
    query = _plans().where(Plan.donor_id == donor_id, Plan.started_at.is_not(None))
    return [PlanRow(*row) for row in session.execute(query.order_by(Plan.id.desc()))]


def list_all_plans_of(session: Session, donor_id: UUID) -> list[PlanRow]:
    """Each of the donor's plans, whatever came of it, oldest first."""
    query = _plans().where(Plan.donor_id == donor_id).order_by(Plan.id)
    return [PlanRow(*row) for row in session.execute(query)]


def find_other_plan(session: Session, plan: Plan, fund_id: UUID) -> Plan | None:
    """What the plan's donor gives to this fund by another plan, but for those that wait for their
    word; the oldest one."""
    others = select(Plan).where(
        Plan.donor_id == plan.donor_id,
        Plan.fund_id == fund_id,
        Plan.id != plan.id,
        Plan.state.in_(LIVE),
        ~Plan.is_additional | Plan.confirmed_at.is_not(None),
    )
    return session.scalars(others.order_by(Plan.id).limit(1)).one_or_none()


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
