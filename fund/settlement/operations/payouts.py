"""Payouts on their way from Stripe to the bank: the bank's line is what ends it."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import clock
from fund.audit import operations as audit
from fund.audit.events import PayoutArrived
from fund.errors import NotFound, Refused, require
from fund.ledger import journals
from fund.ledger import operations as ledger
from fund.ledger.journals import JournalDraft
from fund.permissions import Actor, Permission
from fund.settlement.models import BalanceTransaction
from fund.settlement.operations.shares import shares_of


def record_arrival(
    session: Session, payout_id: str, *, arrived_on: date, actor: Actor, now: datetime
) -> None:
    """The office's bank shows the payout of this balance transaction. Raises as `note_arrival`."""
    draft = note_arrival(session, payout_id, arrived_on=arrived_on, actor=actor, now=now)
    ledger.post(session, [draft], actor=actor, now=now)


def note_arrival(
    session: Session, payout_id: str, *, arrived_on: date, actor: Actor, now: datetime
) -> JournalDraft:
    """As `record_arrival`, for a command that posts the journal with others of its own.

    Raises Denied; NotFound; Refused: `payout_came_back`, `payout_arrived_already`,
    `arrival_impossible` for a day before it left or after today.
    """
    require(actor.may(Permission.CONFIRM_PAYMENTS))
    payout = session.get(BalanceTransaction, payout_id, with_for_update=True)
    if payout is None or payout.category != "payout" or payout.state != "posted":
        raise NotFound
    if is_returned(session, payout):
        raise Refused("payout_came_back")
    if payout.arrived_on is not None:
        raise Refused("payout_arrived_already")
    left_on = clock.bangkok_day(payout.happened_at)
    if not left_on <= arrived_on <= clock.bangkok_day(now):
        raise Refused("arrival_impossible", field="arrived_on")
    payout.arrived_on = arrived_on
    session.flush()
    event = PayoutArrived(
        payout.office_id,
        payout=payout.source_id or payout.id,
        amount_minor=-payout.amount_minor,
        currency=payout.currency,
        arrived_on=arrived_on,
    )
    audit.record(session, event, actor=actor, now=now)
    return journals.payout_arrived(
        shares_of(session, payout), payout.source_id or payout.id, arrived_on
    )


def is_returned(session: Session, payout: BalanceTransaction) -> bool:
    """Whether the payout failed or was cancelled, and its money is back at Stripe."""
    back = select(BalanceTransaction.id).where(
        BalanceTransaction.source_id == payout.source_id,
        BalanceTransaction.category == "payout_reversal",
    )
    return session.scalar(back.limit(1)) is not None
