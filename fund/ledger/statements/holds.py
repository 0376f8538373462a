"""What inquiries and doubts hold of a fund, one by one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, literal, select
from sqlalchemy.orm import Session

from fund.db import Page, page_of
from fund.ledger.choices import cause_name
from fund.ledger.models import Hold, HoldRelease, Journal, Office
from fund.ledger.statements.days import Days
from fund.money import Money


@dataclass(frozen=True)
class OpenHold:
    """`concerns` is the key of the charge that is asked about, `journal_id` where it is booked."""

    id: UUID
    since: datetime
    amount: Money
    cause: str
    concerns: str | None
    journal_id: UUID | None

    @property
    def cause_name(self) -> str:
        return cause_name(self.cause)


def list_open_holds(
    session: Session, fund_id: UUID, days: Days, *, before: UUID | None = None
) -> Page[OpenHold]:
    """Those that were open at the end of the days, newest first; `before` is the last id seen.

    `held_back_at` counts the same ones, as far as the money is still here.
    """
    over = days.instants()[1]
    of_stripe = select(literal("stripe:") + Office.code)
    charge = (
        select(Journal.id)
        .where(
            Journal.source.in_(of_stripe),
            Journal.idempotency_key == Hold.concerns,
            Journal.kind == "charge",
        )
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(Hold, charge.label("journal_id"))
        .outerjoin(
            HoldRelease, and_(HoldRelease.hold_id == Hold.id, HoldRelease.recorded_at < over)
        )
        .where(Hold.fund_id == fund_id, Hold.recorded_at < over, HoldRelease.hold_id.is_(None))
    )
    return Page(
        OpenHold(
            hold.id,
            hold.recorded_at,
            Money(hold.amount_minor, hold.currency),
            hold.cause,
            hold.concerns,
            journal_id,
        )
        for hold, journal_id in session.execute(page_of(query, Hold.id, before))
    )
