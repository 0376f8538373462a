"""Payouts on their way from Stripe to the bank: the bank's line is what ends it."""

from collections import defaultdict
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import clock
from fund.audit import operations as audit
from fund.audit.events import PayoutArrived
from fund.errors import NotFound, Refused, require
from fund.ledger import journals
from fund.ledger import operations as ledger
from fund.ledger.journals import Book, JournalDraft
from fund.ledger.models import Account, Journal, Transfer
from fund.permissions import Actor, Permission
from fund.settlement.models import BalanceTransaction


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

    Raises Denied; NotFound; Refused: `payout_arrived_already`, `arrival_impossible` for a day
    before it left or after today.
    """
    require(actor.may(Permission.CONFIRM_PAYMENTS))
    payout = session.get(BalanceTransaction, payout_id, with_for_update=True)
    if payout is None or payout.category != "payout" or payout.state != "posted":
        raise NotFound
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
        amount_minor=-payout.net_minor,
        currency=payout.currency,
        arrived_on=arrived_on,
    )
    audit.record(session, event, actor=actor, now=now)
    return journals.payout_arrived(
        _shares(session, payout), payout.source_id or payout.id, arrived_on
    )


def _shares(session: Session, payout: BalanceTransaction) -> list[tuple[Book, int]]:
    """The funds' parts with which the payout left: what its journal put on the way."""
    rows = session.execute(
        select(Transfer.fund_id, Transfer.debit_account_id, Account.id, Transfer.amount_minor)
        .join(Journal, Journal.id == Transfer.journal_id)
        .join(Account, Account.id.in_([Transfer.debit_account_id, Transfer.credit_account_id]))
        .where(Journal.idempotency_key == payout.id, Account.role == "payout_in_transit")
    )
    parts: defaultdict[UUID, int] = defaultdict(int)
    for fund_id, debit_id, account_id, amount in rows:
        parts[fund_id] += amount if debit_id == account_id else -amount
    return [
        (Book.load(session, fund_id, payout.office_id, payout.currency), part)
        for fund_id, part in sorted(parts.items())
        if part
    ]
