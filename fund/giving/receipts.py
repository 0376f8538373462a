"""Receipts: numbered without gaps, an office and a year."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fund import jobs
from fund.giving import tasks
from fund.giving.models import Gift, Receipt, ReceiptNumber, ReceiptSeries
from fund.ledger.models import Office


def take_number(session: Session, gift: Gift, office: Office) -> ReceiptNumber:
    """The next number of the office's series for the year in which the gift was paid.

    The series' row stays locked until the transaction ends, so a number is used or not taken.
    """
    if gift.paid_on is None:
        raise ValueError("only a paid gift has a receipt")
    year = gift.paid_on.year
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


def issue(
    session: Session, gift: Gift, office: Office, number: ReceiptNumber, *, audit_event_id: UUID
) -> Receipt:
    """Write the receipt of a gift just paid, and have it mailed."""
    receipt = Receipt(
        office_id=office.id,
        year=number.year,
        number=number.number,
        gift_id=gift.id,
        kind=office.receipt_kind,
        issued_on=gift.paid_on,
        audit_event_id=audit_event_id,
    )
    session.add(receipt)
    session.flush()
    if gift.donor_id is not None:
        jobs.defer(session, tasks.mail_receipt, receipt_id=receipt.id)
    return receipt
