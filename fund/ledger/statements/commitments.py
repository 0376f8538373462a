"""What awards held at the end of a past day, and what happened to it in some days."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from fund.ledger.models import CHANGE_MINOR, Commitment, CommitmentEvent
from fund.ledger.statements.days import Days
from fund.money import THB

# The cause of an award's first reservation; any other is money that came back from a payee.
AWARD = "award"


@dataclass(frozen=True)
class Commitments:
    """One fund's, in satang. `paid` is less what came back and is held once more."""

    opening: int = 0
    made: int = 0
    paid: int = 0
    freed: int = 0

    @property
    def closing(self) -> int:
        return self.opening + self.made - self.paid - self.freed


def held_at(session: Session, day: date) -> dict[UUID, int]:
    """Satang that awards held of each fund at the end of `day`, in Thailand."""
    found = commitments_in(session, Days(None, day))
    return {fund_id: commitments.closing for fund_id, commitments in found.items()}


def commitments_in(session: Session, days: Days) -> dict[UUID, Commitments]:
    """By fund. A change counts on the day on which it was recorded in Thailand."""
    begin, end = days.instants()
    event = CommitmentEvent
    within = event.recorded_at >= begin
    came_back = (event.kind == "reserve") & (event.cause != AWARD)
    rows = session.execute(
        select(
            Commitment.fund_id,
            func.coalesce(func.sum(CHANGE_MINOR).filter(~within), 0),
            _sum(within & (event.kind == "reserve") & (event.cause == AWARD)),
            _sum(within & (event.kind == "liquidate")) - _sum(within & came_back),
            _sum(within & (event.kind == "free")),
        )
        .join(event, event.commitment_id == Commitment.id)
        .where(Commitment.currency == THB, event.recorded_at < end)
        .group_by(Commitment.fund_id)
    )
    return {fund_id: Commitments(*(int(figure) for figure in found)) for fund_id, *found in rows}


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(CommitmentEvent.amount_minor).filter(condition), 0)
