"""The gate before Stripe's page: who comes is counted, and let through, or asked for something."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fund import keys
from fund.errors import Refused
from fund.giving.abuse import policy
from fund.giving.abuse.orders import Coming
from fund.giving.abuse.proof import is_proof
from fund.giving.models import CheckoutBreaker, CheckoutFailure, CheckoutGate, CheckoutPace


@dataclass(frozen=True)
class Whence:
    """Whence a request comes: its address, and the network around it."""

    address: str
    network: str


def come(session: Session, order: Coming, whence: Whence, *, now: datetime) -> CheckoutGate:
    """The attempt stands at the gate: what it needs is on the row, as is its turn once it is let.

    It may come any number of times; what it gave before counts as long as no more is asked now.
    """
    gate = _stand(session, order, whence, now=now)
    level = _level(session, order.office_id)
    need = policy.needs(level, _record(session, gate, now=now), is_trapped=gate.is_trapped)
    if not policy.suffices(gate.let_by, need):
        gate.let_by = gate.let_at = None
    gate.needs = need
    if need == "nothing" and gate.let_by is None:
        let(gate, "nothing", now=now)
    if gate.let_by is not None and gate.slot_at is None:
        gate.slot_at = _take_slot(session, gate.office_id, level, now=now)
    return gate


def trap(session: Session, order: Coming, whence: Whence, *, now: datetime) -> None:
    """It filled the field that no person sees: its donor must say by mail that it is theirs.

    Not thrown away: a browser may have filled it for somebody who truly gives.
    """
    gate = _stand(session, order, whence, now=now)
    gate.is_trapped, gate.needs = True, "mail"


def prove(session: Session, order: Coming, proof: str, *, now: datetime) -> None:
    """Let the attempt through for its proof of work. Raises Refused if the proof is none, or if
    more than that is asked by now."""
    gate = find_gate(session, order.id, order.attempt)
    if gate is None or gate.needs == "mail" or not is_proof(order, proof):
        raise Refused("proof_wrong", field="proof")
    if gate.let_by is None:
        let(gate, "proof", now=now)


def let(gate: CheckoutGate, by: str, *, now: datetime) -> None:
    """Let it through."""
    gate.let_by, gate.let_at = by, now


def leave_line(session: Session, order: Coming) -> None:
    """It came to Stripe, and Stripe had no place for it: it takes another turn."""
    gate = session.get(CheckoutGate, (order.id, order.attempt), with_for_update=True)
    if gate is not None:
        gate.slot_at = None


def slow_down(session: Session, office_id: UUID, *, now: datetime) -> None:
    """Let the line begin anew, slowly: cards are refused, and not yet so many that it is sure."""
    pace = session.get(CheckoutPace, office_id, with_for_update=True, populate_existing=True)
    if pace is not None:
        pace.since, pace.next_at = now, max(pace.next_at, now)


def find_gate(session: Session, order_id: UUID, attempt: int) -> CheckoutGate | None:
    """The attempt's row, ours until the transaction ends."""
    return session.get(
        CheckoutGate, (order_id, attempt), with_for_update=True, populate_existing=True
    )


def _stand(session: Session, order: Coming, whence: Whence, *, now: datetime) -> CheckoutGate:
    index = keys.keyring().blind_index
    row = insert(CheckoutGate).values(
        order_id=order.id,
        attempt=order.attempt,
        office_id=order.office_id,
        email_index=order.email_index,
        address_index=index("abuse.address", whence.address),
        network_index=index("abuse.network", whence.network),
        is_trapped=False,
        came_at=now,
        needs="nothing",
        links=0,
    )
    session.execute(row.on_conflict_do_nothing())
    gate = find_gate(session, order.id, order.attempt)
    assert gate is not None  # noqa: S101 it was just put there
    return gate


def _record(session: Session, gate: CheckoutGate, *, now: datetime) -> policy.Record:
    """What is known of the attempt's mail address, address and network."""
    failure, hour = CheckoutFailure, now - policy.HOUR
    starts = select(func.count()).where(
        CheckoutGate.address_index == gate.address_index,
        CheckoutGate.came_at > now - policy.STARTED,
        CheckoutGate.let_at.is_not(None),
        CheckoutGate.order_id != gate.order_id,
    )
    counts = select(
        func.count().filter(failure.email_index == gate.email_index),
        func.count().filter(failure.address_index == gate.address_index),
        func.count().filter(failure.network_index == gate.network_index),
        starts.scalar_subquery(),
    ).where(failure.failed_at > hour)
    return policy.Record(*session.execute(counts).one())


def _level(session: Session, office_id: UUID) -> int:
    level = select(CheckoutBreaker.level).where(CheckoutBreaker.office_id == office_id)
    return session.scalar(level) or 0


def _take_slot(session: Session, office_id: UUID, level: int, *, now: datetime) -> datetime:
    """The next moment at which a session may be made."""
    first = insert(CheckoutPace).values(office_id=office_id, since=now, next_at=now - policy.DAY)
    session.execute(first.on_conflict_do_nothing())
    pace = session.get_one(CheckoutPace, office_id, with_for_update=True, populate_existing=True)
    turn_at, line = policy.take_turn(policy.Line(pace.since, pace.next_at), level, now=now)
    pace.since, pace.next_at = line.since, line.next_at
    return turn_at
