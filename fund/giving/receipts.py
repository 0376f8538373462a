"""Receipts: numbered without gaps, an office and a year."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fund import jobs
from fund.audit import operations as audit
from fund.audit.events import ReceiptIssued
from fund.giving import queries, tasks
from fund.giving.models import Gift, Receipt, ReceiptNumber, ReceiptSeries
from fund.ids import new_id
from fund.ledger.models import Fund, Office
from fund.permissions import Actor


def issue(
    session: Session, gift: Gift, *, office: Office, fund: Fund, actor: Actor, now: datetime
) -> Receipt:
    """The receipt of a gift just paid, dated by the payment; mailed if the donor is known."""
    if gift.paid_on is None:
        raise ValueError("only a paid gift has a receipt")
    number = _take_number(session, office, gift.paid_on.year)
    receipt_id = new_id()
    event_id = audit.record(
        session,
        ReceiptIssued(
            subject_id=receipt_id,
            gift_id=gift.id,
            office=office.code,
            number=str(number),
            fund=fund.code,
            amount_minor=gift.amount_minor,
            currency=gift.currency,
            given_on=gift.paid_on,
        ),
        actor=actor,
        now=now,
        key_id=queries.find_donor_key(session, gift),
    )
    receipt = Receipt(
        id=receipt_id,
        office_id=office.id,
        year=number.year,
        number=number.number,
        gift_id=gift.id,
        kind=office.receipt_kind,
        issued_on=gift.paid_on,
        audit_event_id=event_id,
    )
    session.add(receipt)
    session.flush()
    if gift.donor_id is not None:
        jobs.defer(session, tasks.mail_receipt, receipt_id=receipt.id)
    return receipt


def _take_number(session: Session, office: Office, year: int) -> ReceiptNumber:
    """The next number of the series, whose row stays locked until the transaction ends: a number
    is used by what commits, or not taken at all."""
    first = insert(ReceiptSeries).values(office_id=office.id, year=year, last_number=0)
    session.execute(first.on_conflict_do_nothing())
    number = session.scalars(
        update(ReceiptSeries)
        .where(ReceiptSeries.office_id == office.id, ReceiptSeries.year == year)
        .values(last_number=ReceiptSeries.last_number + 1)
        .returning(ReceiptSeries.last_number)
        .execution_options(synchronize_session=False)
    ).one()
    return ReceiptNumber(office.receipt_prefix, year, number)
