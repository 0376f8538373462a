"""Rates that finance enters."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import RateEntered
from fund.clock import bangkok_day
from fund.errors import Refused, require
from fund.ids import new_id
from fund.ledger import anchors
from fund.ledger.operations.calling import as_json, call
from fund.permissions import Actor, Permission


def enter_rate(
    session: Session,
    *,
    currency: str,
    valid_on: date,
    thb_per_unit: Decimal,
    source: str,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Say what a unit of `currency` is worth in baht from a day on, and who says so; its id.

    Raises Denied; Refused: `rate_of_the_future`.
    """
    require(actor.may(Permission.WRITE_RATES))
    if valid_on > bangkok_day(now):
        raise Refused("rate_of_the_future", field="valid_on")
    rate_id = new_id()
    row = {
        "id": rate_id,
        "currency": currency,
        "valid_on": valid_on,
        "thb_per_unit": thb_per_unit,
        "source": source,
        "entered_by": actor.label,
        "entered_at": now,
    }
    call(session, func.ledger.enter_rate(as_json(row)))
    entered = RateEntered(
        rate_id,
        currency=currency,
        valid_on=valid_on,
        thb_per_unit=f"{thb_per_unit.normalize():f}",
        row_sha256=anchors.row_sha256(session, "rate", rate_id),
    )
    audit.record(session, entered, actor=actor, now=now)
    return rate_id
