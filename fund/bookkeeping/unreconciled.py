"""What is open at the end of a day: money between two places, and what waits to be booked."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import String, cast, exists, func, select
from sqlalchemy.orm import Session, aliased

from fund.bookkeeping.models import BookEntry
from fund.bookkeeping.queries import amounts_of
from fund.clock import midnight
from fund.disbursements.models import Payment, Run
from fund.ledger import balances
from fund.ledger.journals import PAYMENTS
from fund.ledger.models import Account, Journal, Office
from fund.ledger.operations import Unreconciled
from fund.money import THB
from fund.settlement.models import BalanceTransaction, InboxEvent

# Role of an account between two places -> what is said of money in it that nothing explains.
IN_BETWEEN = {
    "payout_in_transit": "payouts_rest",
    "disbursement_in_transit": "payments_rest",
    "dispute_receivable": "disputes",
}
_Place = tuple[str, UUID | None, str]  # role, office, currency


# Rooms that stand on this one come here to say what of theirs is open.
_besides: Callable[[Session, date], list[Unreconciled]] | None = None


def ask_besides(find: Callable[[Session, date], list[Unreconciled]]) -> None:
    """Ask `find` too what is open at the end of a day, from now on."""
    global _besides
    _besides = find


def list_unreconciled(session: Session, last_on: date) -> list[Unreconciled]:
    """All of it, at the end of `last_on`. Empty: the books are whole.

    Money that was sent is named by payout and by run; what else stands in those accounts then, or
    is held in disputes, by account.
    """
    found: list[Unreconciled] = []
    explained: defaultdict[_Place, int] = defaultdict(int)
    for payout, amount in _payouts(session, last_on):
        found.append(Unreconciled("payout", payout.id, amount, payout.currency))
        explained["payout_in_transit", payout.office_id, payout.currency] += amount
    for run_id, office_id, amount in _runs(session, last_on):
        found.append(Unreconciled("run", str(run_id), amount, THB))
        explained["disbursement_in_transit", office_id, THB] -= amount
    found += _accounts(session, last_on, explained)
    found += _not_booked(session, midnight(last_on + timedelta(days=1)))
    found += _proposed(session, last_on)
    if _besides is not None:
        found += _besides(session, last_on)
    return found


def digest(found: Sequence[Unreconciled]) -> str:
    """Names exactly this list: who writes why it stays open has seen it and no other."""
    rows = json.dumps([asdict(item) for item in found])
    return hashlib.sha256(rows.encode()).hexdigest()


def _payouts(session: Session, last_on: date) -> Iterator[tuple[BalanceTransaction, int]]:
    """Left Stripe by then, and neither at the bank by then nor back at Stripe."""
    left, arrived, returned = aliased(Journal), aliased(Journal), aliased(Journal)
    back = aliased(BalanceTransaction)
    rows = session.scalars(
        select(BalanceTransaction)
        .join(Office, Office.id == BalanceTransaction.office_id)
        .join(
            left,
            (left.source == "stripe:" + Office.code)
            & (left.idempotency_key == BalanceTransaction.id)
            & (left.effective_on <= last_on),
        )
        .where(
            BalanceTransaction.category == "payout",
            ~exists().where(
                arrived.source == left.source,
                arrived.idempotency_key == BalanceTransaction.source_id + ":arrived",
                arrived.effective_on <= last_on,
            ),
            ~exists().where(
                back.source_id == BalanceTransaction.source_id,
                back.category == "payout_reversal",
                returned.source == left.source,
                returned.idempotency_key == back.id,
                returned.effective_on <= last_on,
            ),
        )
        .order_by(BalanceTransaction.happened_at, BalanceTransaction.id)
    )
    for payout in rows:
        yield payout, -payout.amount_minor


def _runs(session: Session, last_on: date) -> list[tuple[UUID, UUID, int]]:
    """Run, office, and what of the run the bank had neither shown nor sent back by then."""
    sent, ended = aliased(Journal), aliased(Journal)
    payment_id = cast(Payment.id, String)
    rows = session.execute(
        select(Run.id, Run.office_id, func.sum(Payment.amount_minor))
        .join(Payment, Payment.run_id == Run.id)
        .join(
            sent,
            (sent.source == PAYMENTS)
            & (sent.idempotency_key == payment_id + ":sent")
            & (sent.effective_on <= last_on),
        )
        .where(
            ~exists().where(
                ended.source == PAYMENTS,
                ended.idempotency_key.in_([payment_id + ":confirmed", payment_id + ":returned"]),
                ended.effective_on <= last_on,
            )
        )
        .group_by(Run.id)
        .order_by(Run.id)
    )
    return [(run_id, office_id, int(amount)) for run_id, office_id, amount in rows]


def _accounts(
    session: Session, last_on: date, explained: dict[_Place, int]
) -> Iterator[Unreconciled]:
    """What no payout and no run explains; named by the account that holds most of it."""
    totals = balances.totals_at(session, last_on)
    held: defaultdict[_Place, dict[UUID, int]] = defaultdict(dict)
    query = select(Account).where(Account.role.in_(IN_BETWEEN)).order_by(Account.code)
    for account in session.scalars(query):
        debits, credits_ = totals.get(account.id, (0, 0))
        held[account.role, account.office_id, account.currency][account.id] = debits - credits_
    for place, by_account in held.items():
        role, _office_id, currency = place
        rest = sum(by_account.values()) - explained.get(place, 0)
        if rest:
            most = max(by_account, key=lambda account_id: abs(by_account[account_id]))
            sign = -1 if role == "disbursement_in_transit" else 1
            yield Unreconciled(IN_BETWEEN[role], str(most), sign * rest, currency)


def _not_booked(session: Session, end: datetime) -> Iterator[Unreconciled]:
    lines = session.scalars(
        select(BalanceTransaction)
        .where(
            BalanceTransaction.state.in_(["waiting", "unclassified"]),
            BalanceTransaction.happened_at < end,
        )
        .order_by(BalanceTransaction.happened_at, BalanceTransaction.id)
    )
    for line in lines:
        yield Unreconciled("stripe_line", line.id, line.net_minor, line.currency)
    events = session.scalars(
        select(InboxEvent.event_id)
        .where(InboxEvent.state == "failed", InboxEvent.happened_at < end)
        .order_by(InboxEvent.id)
    )
    for event_id in events:
        yield Unreconciled("stripe_event", event_id)


def _proposed(session: Session, last_on: date) -> Iterator[Unreconciled]:
    entries = session.scalars(
        select(BookEntry)
        .where(BookEntry.state == "proposed", BookEntry.effective_on <= last_on)
        .order_by(BookEntry.id)
    ).all()
    amounts = amounts_of(session, entries)
    for entry in entries:
        amount = amounts[entry.id]
        yield Unreconciled("entry", str(entry.id), amount.amount_minor, amount.currency)
