"""Periods: days that are closed together, once nothing in them is open, and never opened again."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import PeriodClosed, PeriodClosing, PeriodOpened
from fund.ids import new_id
from fund.ledger.anchors import row_sha256
from fund.ledger.models import Period
from fund.ledger.operations.calling import as_json, call
from fund.ledger.queries import get_period
from fund.permissions import Actor


@dataclass(frozen=True)
class Unreconciled:
    """Something that is open in a period: `kind` says what, `reference` which row.

    `amount_minor` and `currency` are None where no amount is known.
    """

    kind: str
    reference: str
    amount_minor: int | None = None
    currency: str | None = None


def open_period(session: Session, last_on: date, *, actor: Actor, now: datetime) -> UUID:
    """Name the days from the end of the last period to `last_on`; the period's id.

    The first period begins with the books. Raises Refused: `period_not_next`, `period_too_far`.
    """
    period_id = new_id()
    call(session, func.ledger.open_period(period_id, last_on, actor.label, now))
    period = session.get_one(Period, period_id)
    opened = PeriodOpened(
        period_id,
        first_on=period.first_on,
        last_on=period.last_on,
        row_sha256=row_sha256(session, "period", period_id),
    )
    audit.record(session, opened, actor=actor, now=now)
    return period_id


def begin_closing(session: Session, period_id: UUID, *, actor: Actor, now: datetime) -> None:
    """From now on finance looks for what is open in the period. Facts of its days are still booked.

    Raises NotFound; Refused: `period_not_over`, `period_state`.
    """
    get_period(session, period_id)
    call(session, func.ledger.begin_closing(period_id, actor.label, now))
    closing = PeriodClosing(period_id, row_sha256=row_sha256(session, "period", period_id))
    audit.record(session, closing, actor=actor, now=now)


def close_period(
    session: Session,
    period_id: UUID,
    *,
    reason: str | None,
    unreconciled: Sequence[Unreconciled],
    actor: Actor,
    now: datetime,
) -> None:
    """Close it for ever, with what every account stood at on its last day.

    It waits for whatever is just being booked, so a command does this before anything else that
    it writes. While something is `unreconciled`, or money is between two places at the end of the
    last day, `reason` must say why it is closed all the same.

    Raises NotFound; Refused: `period_unreconciled`, `period_state`, `period_not_over`,
    `earlier_period_open`, `books_busy`. The transaction cannot go on after it.
    """
    get_period(session, period_id)
    open_rows = [asdict(item) for item in unreconciled]
    call(
        session,
        func.ledger.close_period(
            period_id, (reason or "").strip() or None, as_json(open_rows), actor.label, now
        ),
    )
    period = session.get_one(Period, period_id, populate_existing=True)
    assert period.snapshot_sha256 is not None  # noqa: S101 ck_period_closed
    closed = PeriodClosed(
        period_id,
        unreconciled_count=len(open_rows),
        snapshot_sha256=period.snapshot_sha256.hex(),
        row_sha256=row_sha256(session, "period", period_id),
    )
    audit.record(session, closed, actor=actor, now=now)
