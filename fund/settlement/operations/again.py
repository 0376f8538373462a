"""Lines that wait are looked at again: what they belong to may have come, or a rule appeared."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fund.db import reading, transaction
from fund.errors import Refused
from fund.gateways import stripe
from fund.gateways.stripe import Doc
from fund.ledger.queries import get_office
from fund.settlement.models import BalanceTransaction
from fund.settlement.operations.books import BATCH, Books

log = structlog.get_logger(__name__)

WAITING = ("waiting", "unclassified")


def look_again(office_code: str, *, now: datetime) -> int:
    """One batch of the lines that are due; how many were looked at. Raises Unavailable."""
    with reading() as session:
        due = _list_due(session, office_code, now=now)
    carried = {
        line.source_id: _list_carried(office_code, line.source_id)
        for line in due
        if line.category == "payout" and line.is_automatic and not line.is_listed and line.source_id
    }
    with transaction() as session:
        for payout_id, ids in carried.items():
            if ids is not None:
                carry(session, payout_id, ids)
    if due:
        _settle(office_code, [line.id for line in due], now=now)
    return len(due)


def _settle(office_code: str, ids: Sequence[str], *, now: datetime) -> None:
    """Judge the lines; if the ledger refuses what comes of it, each half by itself."""
    try:
        with transaction() as session:
            books = Books.open(session, office_code, now=now)
            books.look_again(_list_waiting(session, ids))
    except Refused as error:
        if len(ids) == 1:
            log.warning("line_refused", transaction=ids[0], error=error.code)
            with transaction() as session:
                books = Books.open(session, office_code, now=now)
                books.leave(_list_waiting(session, ids), error.code)
            return
        half = len(ids) // 2
        _settle(office_code, ids[:half], now=now)
        _settle(office_code, ids[half:], now=now)


def list_carried(office_code: str, payouts: Sequence[Doc]) -> dict[str, list[str]]:
    """What Stripe lists of automatic payouts, but themselves; without those that are still open."""
    listed = {}
    for payout in payouts:
        if payout["automatic"] and payout["reconciliation_status"] == "completed":
            lines = stripe.list_balance_transactions(office_code, payout=payout["id"])
            own = payout["balance_transaction"]
            listed[payout["id"]] = [line["id"] for line in lines if line["id"] != own]
    return listed


def carry(session: Session, payout_id: str, ids: Sequence[str]) -> None:
    """The payout carries these lines; it is listed once all of them are here."""
    line = BalanceTransaction
    found = session.execute(
        update(line).where(line.id.in_(ids)).values(payout_id=payout_id).returning(line.id)
    ).all()
    if len(found) == len(ids):
        session.execute(
            update(line)
            .where(line.source_id == payout_id, line.category == "payout")
            .values(is_listed=True)
        )


def _list_due(session: Session, office_code: str, *, now: datetime) -> Sequence[BalanceTransaction]:
    office = get_office(session, office_code)
    line = BalanceTransaction
    query = (
        select(line)
        .where(line.office_id == office.id, line.state.in_(WAITING), line.due_at <= now)
        .order_by(line.happened_at, line.id)
        .limit(BATCH)
    )
    return session.scalars(query).all()


def _list_waiting(session: Session, ids: Sequence[str]) -> Sequence[BalanceTransaction]:
    line = BalanceTransaction
    query = select(line).where(line.id.in_(ids), line.state.in_(WAITING))
    return session.scalars(query.order_by(line.happened_at, line.id)).all()


def _list_carried(office_code: str, payout_id: str) -> list[str] | None:
    payout = stripe.retrieve_payout(office_code, payout_id)
    return list_carried(office_code, [payout]).get(payout_id)
