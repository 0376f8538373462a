"""What follows from doubts about gifts whose lines are booked: money is held, or a loss is booked.

Done after each pull, every doubt in a transaction of its own: a hold takes the fund's lock, and no
posting stands beside it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import cast
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from fund import clock
from fund.db import reading, transaction
from fund.errors import Refused
from fund.giving import operations as giving
from fund.giving.models import Gift
from fund.ledger import journals
from fund.ledger import operations as ledger
from fund.ledger.journals import Booked
from fund.ledger.queries import get_office
from fund.permissions import SYSTEM
from fund.settlement.models import Alert, BalanceTransaction, Dispute
from fund.settlement.models.doubts import INQUIRY
from fund.settlement.operations.books import Books

log = structlog.get_logger(__name__)

Doubt = type[Alert] | type[Dispute]


def follow_doubts(office_code: str, *, now: datetime) -> None:
    """Hold what is in doubt, release what is not, book what is lost."""
    with reading() as session:
        office_id = get_office(session, office_code).id
        alerts = _list_unsettled(session, Alert, office_id, Alert.decision.is_(None))
        disputes = _list_unsettled(session, Dispute, office_id, Dispute.state.in_(INQUIRY))
        ended = session.scalars(
            select(Dispute.id).where(
                Dispute.office_id == office_id,
                or_(
                    Dispute.lost_at.is_not(None) & Dispute.loss_booked_at.is_(None),
                    (Dispute.state == "won")
                    & Dispute.loss_booked_at.is_not(None)
                    & Dispute.win_told_at.is_(None),
                ),
            )
        ).all()
    for kind, ids in ((Alert, alerts), (Dispute, disputes)):
        for doubt_id in ids:
            with transaction() as session:
                _hold_or_release(session, kind, doubt_id, now=now)
    for dispute_id in ended:
        for step in (_book_loss, _book_recovery):
            with transaction() as session:
                step(Books.open(session, office_code, now=now), dispute_id)


def _list_unsettled(
    session: Session, kind: Doubt, office_id: UUID, is_open: ColumnElement[bool]
) -> Sequence[str]:
    """In doubt and not held yet, or out of doubt and still held."""
    unheld = is_open & kind.hold_id.is_(None)
    unreleased = ~is_open & kind.hold_id.is_not(None) & kind.released_at.is_(None)
    query = select(kind.id).where(kind.office_id == office_id, or_(unheld, unreleased))
    return session.scalars(query.order_by(kind.id)).all()


def _hold_or_release(session: Session, kind: Doubt, doubt_id: str, *, now: datetime) -> None:
    doubt = cast("Alert | Dispute", session.get_one(kind, doubt_id, with_for_update=True))
    if doubt.is_open and doubt.hold_id is None:
        charge = _charge_of(session, doubt)
        if charge is None or charge.fund_id is None:
            return  # its line is not booked yet: after it is
        doubt.hold_id = ledger.hold(
            session,
            fund_id=charge.fund_id,
            currency=charge.currency,
            amount_minor=charge.amount_minor,
            concerns=charge.id,
            cause=doubt.cause,
            actor=SYSTEM,
            now=now,
        )
    elif not doubt.is_open and doubt.hold_id is not None and doubt.released_at is None:
        ledger.release(session, doubt.hold_id, actor=SYSTEM, now=now)
        doubt.released_at = now


def _charge_of(session: Session, doubt: Alert | Dispute) -> BalanceTransaction | None:
    """The booked line of the charge that is in doubt."""
    return session.scalars(
        select(BalanceTransaction).where(
            BalanceTransaction.source_id == doubt.charge_id,
            BalanceTransaction.category == "charge",
            BalanceTransaction.state == "posted",
        )
    ).one_or_none()


def _book_loss(books: Books, dispute_id: str) -> None:
    """Book a loss once what was taken stands in the books, and tell the gift; also one that was
    won in the end, for it was a loss until then."""
    session, now = books.session, books.now
    dispute = session.get_one(Dispute, dispute_id, with_for_update=True)
    if dispute.lost_at is None or dispute.loss_booked_at is not None:
        return
    taken, charge = books.find_line("dispute", dispute.id), _charge_of(session, dispute)
    if taken is None or taken.state != "posted" or charge is None:
        return
    gift = session.get(Gift, charge.gift_id) if charge.gift_id else None
    if gift is not None and gift.state != "paid":
        return  # its receipt comes first
    lost = -session.scalars(
        select(func.coalesce(func.sum(BalanceTransaction.amount_minor), 0)).where(
            BalanceTransaction.source_id == dispute.id,
            BalanceTransaction.category.in_(["dispute", "dispute_reversal"]),
            BalanceTransaction.state == "posted",
            BalanceTransaction.happened_at <= dispute.lost_at,
        )
    ).one()
    dispute.loss_booked_at = now
    if lost <= 0:
        return
    day = clock.bangkok_day(dispute.lost_at)
    _tell_gift(session, dispute, charge, "dispute_lost", dispute.amount_minor, day, now=now)
    draft = journals.dispute_lost(
        books.of_line(taken), dispute.id, day, int(lost), charge_txn_id=charge.id
    )
    ledger.post(session, [draft], actor=SYSTEM, now=now)


def _book_recovery(books: Books, dispute_id: str) -> None:
    """Undo a loss, once what came back of it stands in the books, and tell the gift."""
    session, now = books.session, books.now
    dispute = session.get_one(Dispute, dispute_id, with_for_update=True)
    taken, charge = books.find_line("dispute", dispute.id), _charge_of(session, dispute)
    back = books.find_line("dispute_reversal", dispute.id)
    if taken is None or charge is None or back is None or back.state != "posted":
        return
    if dispute.state != "won" or dispute.loss_booked_at is None or dispute.win_told_at is not None:
        return
    dispute.win_told_at = now
    loss_id = books.find_journal_id(f"{dispute.id}:lost")
    if loss_id is None:
        return
    day, amount = back.happened_on, -dispute.amount_minor
    _tell_gift(session, dispute, charge, "dispute_won", amount, day, now=now)
    (loss,) = Booked.load(session, loss_id).entries
    draft = journals.dispute_recovered(
        books.of_line(taken), dispute.id, day, loss.amount_minor, charge_txn_id=charge.id
    )
    ledger.post(session, [draft], actor=SYSTEM, now=now)


def _tell_gift(
    session: Session,
    dispute: Dispute,
    charge: BalanceTransaction,
    kind: str,
    amount_minor: int,
    day: date,
    *,
    now: datetime,
) -> None:
    gift = session.get(Gift, charge.gift_id) if charge.gift_id else None
    if gift is None or gift.currency != dispute.currency:
        return
    try:
        giving.record_return(
            session,
            gift,
            kind=kind,
            source=f"{dispute.id}:{kind.removeprefix('dispute_')}",
            amount_minor=amount_minor,
            happened_on=day,
            actor=SYSTEM,
            now=now,
        )
    except Refused as error:  # refunded and disputed at once: a person has to see why
        log.warning("return_refused", dispute=dispute.id, error=error.code)
