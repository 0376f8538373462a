"""What finance sees of the gate: the breakers, and counts without anybody's address in them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund.giving.models import CheckoutBreaker, CheckoutFailure, CheckoutGate
from fund.giving.queries.offices import list_card_offices
from fund.ledger.models import Office

SPANS = (timedelta(hours=1), timedelta(days=1))


@dataclass(frozen=True)
class Passage:
    """What came to an office's gate within a while, and what was refused behind it."""

    came: int = 0
    by_nothing: int = 0
    by_proof: int = 0
    by_mail: int = 0
    kept_out: int = 0
    trapped: int = 0
    links: int = 0
    closed: int = 0
    failures: int = 0
    cards: int = 0
    emails: int = 0
    addresses: int = 0
    networks: int = 0


@dataclass(frozen=True)
class GateRow:
    """An office's breaker, and its gate's last hour and day."""

    office: Office
    breaker: CheckoutBreaker
    hour: Passage
    day: Passage


def list_gates(session: Session, *, now: datetime) -> list[GateRow]:
    """Each office that takes cards; a breaker that never moved is closed."""
    breakers = {row.office_id: row for row in session.scalars(select(CheckoutBreaker))}
    hour, day = (_count(session, now - span) for span in SPANS)
    return [
        GateRow(
            office,
            breakers.get(office.id) or CheckoutBreaker(level=0, cause="calm"),
            hour.get(office.id, Passage()),
            day.get(office.id, Passage()),
        )
        for office in list_card_offices(session)
    ]


def list_open_breakers(session: Session) -> list[Office]:
    """The offices that ask something of every donor just now."""
    is_open = select(CheckoutBreaker.office_id).where(CheckoutBreaker.level > 0)
    return list(session.scalars(select(Office).where(Office.id.in_(is_open)).order_by(Office.code)))


def _count(session: Session, since: datetime) -> dict[UUID, Passage]:
    gate, failure = CheckoutGate, CheckoutFailure
    gates = (
        select(
            gate.office_id,
            func.count().label("came"),
            func.count().filter(gate.let_by == "nothing").label("by_nothing"),
            func.count().filter(gate.let_by == "proof").label("by_proof"),
            func.count().filter(gate.let_by == "mail").label("by_mail"),
            func.count().filter(gate.let_by.is_(None)).label("kept_out"),
            func.count().filter(gate.is_trapped).label("trapped"),
            func.sum(gate.links).label("links"),
            func.count(gate.closed_at).label("closed"),
        )
        .where(gate.came_at > since)
        .group_by(gate.office_id)
    )
    failures = (
        select(
            failure.office_id,
            func.count().label("failures"),
            func.count(failure.card_index.distinct()).label("cards"),
            func.count(failure.email_index.distinct()).label("emails"),
            func.count(failure.address_index.distinct()).label("addresses"),
            func.count(failure.network_index.distinct()).label("networks"),
        )
        .where(failure.failed_at > since)
        .group_by(failure.office_id)
    )
    found: dict[UUID, dict[str, int]] = {}
    for query in (gates, failures):
        for row in session.execute(query).mappings():
            counts = {name: int(count) for name, count in row.items() if name != "office_id"}
            found.setdefault(row["office_id"], {}).update(counts)
    return {office_id: Passage(**counts) for office_id, counts in found.items()}
