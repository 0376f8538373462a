"""Receipts: numbered without gaps, an office and a year; each correction follows the last one."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fund import jobs
from fund.audit import operations as audit
from fund.audit.events import Event, ReceiptCorrected, ReceiptIssued
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
    terms = queries.find_terms(session, office, now)
    receipt_id = new_id()
    issued = ReceiptIssued(
        subject_id=receipt_id,
        gift_id=gift.id,
        office=office.code,
        number=str(number),
        fund=fund.code,
        amount_minor=gift.amount_minor,
        currency=gift.currency,
        given_on=gift.paid_on,
    )
    receipt = Receipt(
        id=receipt_id,
        kind=terms.receipt_kind if terms else "none",
        terms_from=terms.valid_from if terms else None,
        amount_minor=gift.amount_minor,
    )
    _keep(session, receipt, issued, gift, number, gift.paid_on, actor=actor, now=now)
    # What went back before we heard that it had come.
    correct(session, gift, office=office, fund=fund, actor=actor, now=now)
    return receipt


def correct(
    session: Session, gift: Gift, *, office: Office, fund: Fund, actor: Actor, now: datetime
) -> Receipt | None:
    """The next receipt of a paid gift, if its last one no longer says what counts; else None."""
    last = queries.find_last_receipt(session, gift.id)
    returned = queries.find_last_return(session, gift.id)
    counts = queries.get_remaining(session, gift)
    if last is None or returned is None or last.amount_minor == counts.amount_minor:
        return None
    number = _take_number(session, office, returned.happened_on.year)
    receipt_id = new_id()
    corrected = ReceiptCorrected(
        subject_id=receipt_id,
        gift_id=gift.id,
        office=office.code,
        number=str(number),
        corrects=str(ReceiptNumber(office.receipt_prefix, last.year, last.number)),
        fund=fund.code,
        amount_minor=counts.amount_minor,
        currency=gift.currency,
        reason=returned.kind,
        returned_on=returned.happened_on,
    )
    receipt = Receipt(
        id=receipt_id,
        kind=last.kind,
        terms_from=last.terms_from,
        amount_minor=counts.amount_minor,
        corrects_id=last.id,
        return_id=returned.id,
    )
    _keep(session, receipt, corrected, gift, number, returned.happened_on, actor=actor, now=now)
    return receipt


def _keep(
    session: Session,
    receipt: Receipt,
    event: Event,
    gift: Gift,
    number: ReceiptNumber,
    issued_on: date,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    key_id: UUID | None = queries.find_donor_key(session, gift)
    receipt.audit_event_id = audit.record(session, event, actor=actor, now=now, key_id=key_id)
    receipt.gift_id, receipt.office_id = gift.id, gift.office_id
    receipt.year, receipt.number, receipt.issued_on = number.year, number.number, issued_on
    session.add(receipt)
    session.flush()
    if gift.donor_id is not None:
        jobs.defer(session, tasks.mail_receipt, receipt_id=receipt.id)


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
