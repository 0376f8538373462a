"""Pages at Stripe that are closed: where too much failed, and those opened before the breaker."""

import time
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, tuple_
from sqlalchemy.orm import Session

from fund import clock, jobs
from fund.db import reading, transaction
from fund.errors import Refused
from fund.gateways import stripe
from fund.giving.abuse import policy
from fund.giving.abuse.gate import find_gate
from fund.giving.abuse.orders import get_coming
from fund.giving.models import CheckoutFailure, CheckoutGate, Gift, Plan
from fund.ledger.models import Office


@jobs.task("giving.close_checkout")
def close_checkout(order_id: str, attempt: int) -> None:
    """Close the attempt's page; its donor may begin another one, and is asked for more then."""
    _close(UUID(order_id), attempt)


@jobs.task("giving.close_checkouts")
def close_checkouts(office_id: str, level: int) -> None:
    """Close what was opened for less than the breaker asks now.

    First only pages of those whose cards were refused; once these insist, every page that no mailed
    link opened. A try that Stripe has no place for goes on where this one ended.
    """
    with reading() as session:
        found = _list_open(session, UUID(office_id), level, now=clock.now())
    for order_id, attempt in found:
        _close(order_id, attempt)
        time.sleep(policy.QUICKEST.total_seconds())


def _list_open(
    session: Session, office_id: UUID, level: int, *, now: datetime
) -> list[tuple[UUID, int]]:
    gate, lately = CheckoutGate, now - policy.OPEN_LATELY
    is_unpaid = or_(
        gate.order_id.in_(select(Gift.id).where(Gift.id == gate.order_id, Gift.state == "open")),
        gate.order_id.in_(select(Plan.id).where(Plan.id == gate.order_id, Plan.state == "open")),
    )
    query = select(gate.order_id, gate.attempt).where(
        gate.office_id == office_id,
        gate.came_at > lately,
        gate.let_at.is_not(None),
        gate.let_by != "mail",
        gate.closed_at.is_(None),
        is_unpaid,
        *([_failed(lately)] if level == 1 else []),
    )
    return [(row.order_id, row.attempt) for row in session.execute(query.order_by(gate.let_at))]


def _failed(since: datetime) -> ColumnElement[bool]:
    """Whether a card of the attempt, or of its address, was refused."""
    failure, gate = CheckoutFailure, CheckoutGate
    rows = select(failure.order_id, failure.attempt).where(failure.failed_at > since)
    addresses = select(failure.address_index).where(failure.failed_at > since)
    return or_(
        tuple_(gate.order_id, gate.attempt).in_(rows),
        and_(gate.address_index.in_(addresses)),
    )


def _close(order_id: UUID, attempt: int) -> None:
    with reading() as session:
        order = get_coming(session, order_id)
        office = session.get_one(Office, order.office_id).code
    if order.attempt != attempt or order.session_id is None:
        return
    try:
        stripe.expire_session(office, order.session_id)
    except Refused:
        return  # paid, or over: there is nothing to close
    with transaction() as session:
        gate = find_gate(session, order_id, attempt)
        if gate is not None:
            gate.closed_at = clock.now()
