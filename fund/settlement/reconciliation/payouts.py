"""Each payout beside the lines that it carries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund import clock
from fund.ledger.models import Office
from fund.settlement.models import BalanceTransaction

SHOWN_DAYS = 35


@dataclass(frozen=True)
class PayoutLines:
    """A payout and what its lines come to; None for one that Stripe does not itemise, or whose
    lines are not all here yet. `came_back`: it failed or was cancelled."""

    payout: BalanceTransaction
    carried_minor: int | None
    came_back: bool

    @property
    def off_minor(self) -> int:
        """What left but no line explains."""
        return 0 if self.carried_minor is None else -self.payout.net_minor - self.carried_minor


def list_payouts(session: Session, office: Office, day: date) -> list[PayoutLines]:
    """Payouts of the weeks up to `day`, and older ones that no bank has shown; newest first."""
    end = clock.midnight(day + timedelta(days=1))
    line = BalanceTransaction
    rows = session.scalars(
        select(line)
        .where(
            line.office_id == office.id,
            line.category == "payout",
            line.happened_at < end,
            (line.happened_at >= end - timedelta(days=SHOWN_DAYS)) | line.arrived_on.is_(None),
        )
        .order_by(line.happened_at.desc(), line.id)
    ).all()
    carried = _carried(session, rows)
    back = set(
        session.scalars(
            select(line.source_id).where(
                line.category == "payout_reversal",
                line.source_id.in_([row.source_id for row in rows]),
            )
        )
    )
    return [
        PayoutLines(
            row,
            carried.get(row.source_id, 0) if row.is_automatic and row.is_listed else None,
            row.source_id in back,
        )
        for row in rows
    ]


def _carried(session: Session, payouts: Sequence[BalanceTransaction]) -> dict[str | None, int]:
    line = BalanceTransaction
    rows = session.execute(
        select(line.payout_id, func.sum(line.net_minor))
        .where(
            line.payout_id.in_([payout.source_id for payout in payouts]),
            line.id.not_in([payout.id for payout in payouts]),
        )
        .group_by(line.payout_id)
    )
    return {payout_id: int(net) for payout_id, net in rows}
