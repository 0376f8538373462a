"""Why a difference stands, in the treasurer's words."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import DifferenceExplained
from fund.errors import require
from fund.ids import new_id
from fund.money import Money
from fund.permissions import Actor, Permission
from fund.settlement.models import Explanation

Named = tuple[str, str, int, str]  # kind, thing, amount, currency


def explain(
    session: Session,
    office_id: UUID,
    *,
    kind: str,
    thing: str,
    amount: Money,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Let this difference stand, as long as it is of just this amount. Raises Denied."""
    require(actor.may(Permission.EXPLAIN_DIFFERENCES))
    session.add(
        Explanation(
            id=new_id(),
            office_id=office_id,
            kind=kind,
            thing=thing,
            amount_minor=amount.amount_minor,
            currency=amount.currency,
            reason=reason,
            explained_by=actor.staff_id,
            explained_at=now,
        )
    )
    session.flush()
    event = DifferenceExplained(
        office_id,
        kind=kind,
        thing=thing,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
    )
    audit.record(session, event, actor=actor, now=now)


def list_explanations(session: Session, office_id: UUID) -> dict[Named, Explanation]:
    """By what they explain; the newest of each."""
    rows = session.scalars(
        select(Explanation).where(Explanation.office_id == office_id).order_by(Explanation.id)
    )
    return {(row.kind, row.thing, row.amount_minor, row.currency): row for row in rows}
