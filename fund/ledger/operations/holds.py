"""What an inquiry holds: the money is here, but no award may take it until it is released."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import HoldReleased, MoneyHeld
from fund.errors import NotFound
from fund.ids import new_id
from fund.ledger.models import Hold
from fund.ledger.operations.calling import call
from fund.permissions import Actor


def hold(
    session: Session,
    *,
    fund_id: UUID,
    currency: str,
    amount_minor: int,
    concerns: str | None,
    cause: str,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Hold money of the fund while `cause`, an inquiry, is open; the hold's id. Never too much.

    `concerns` is the key of the charge that is asked about, if there is one. Safe to repeat.
    Raises Refused: `amount_not_positive`, `hold_cause_reused` (held before with another content).
    """
    new = new_id()
    hold_id: UUID = call(
        session,
        func.ledger.hold_money(
            new, fund_id, currency, amount_minor, concerns, cause, actor.label, now
        ),
    )
    if hold_id == new:
        held = MoneyHeld(
            fund_id,
            hold_id=hold_id,
            currency=currency,
            amount_minor=amount_minor,
            concerns=concerns,
            cause=cause,
        )
        audit.record(session, held, actor=actor, now=now)
    return hold_id


def release(session: Session, hold_id: UUID, *, actor: Actor, now: datetime) -> None:
    """The inquiry is over: what it held can be awarded. Safe to repeat. Raises NotFound."""
    held = session.get(Hold, hold_id)
    if held is None:
        raise NotFound
    if call(session, func.ledger.release_hold(hold_id, actor.label, now)):
        audit.record(session, HoldReleased(held.fund_id, hold_id=hold_id), actor=actor, now=now)
