"""The daily look for what should have happened to gifts and did not."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from fund import clock, jobs
from fund.crypto import Unreadable
from fund.db import reading, transaction
from fund.errors import where
from fund.giving import letters, operations, queries
from fund.giving.queries.healing import UNMAILED, Fault
from fund.giving.tasks.receipts import mail_receipt

log = structlog.get_logger(__name__)

# A mail is tried for about a day; what has not left by then is begun anew.
MAIL_AGE = timedelta(days=2)
FORGOTTEN, MAIL, FAULT = "forgotten", "mail", "fault"


@jobs.app.periodic(cron="43 4 * * *")
@jobs.task("giving.heal_receipts")
def heal_receipts(**_: int) -> None:
    """Give each paid gift the receipt that it lacks, and send what never left; each on its own.

    What was found, and what came of it, is kept for finance.
    """
    now = clock.now()
    with reading() as session:
        lacking = queries.list_unreceipted(session)
        unmailed = queries.list_unmailed(session, before=now - MAIL_AGE)
    with transaction() as session:
        found = {*lacking, *((gift_id, UNMAILED) for gift_id, _ in unmailed)}
        operations.note_check(session, found, now=now)
    for fault in lacking:
        _heal(fault, now=now)
    for gift_id, receipt_id in unmailed:
        _mail(gift_id, receipt_id, now=now)


def _heal(fault: Fault, *, now: datetime) -> None:
    gift_id, kind = fault
    try:
        with transaction() as session:
            operations.heal_receipt(session, gift_id, now=now)
            operations.note_fault(session, fault, reason=None, is_healed=True, now=now)
        log.warning("receipt_healed", gift=str(gift_id), lack=kind)
    except Exception as error:  # the others need not wait for this one
        log.error("receipt_not_healed", gift=str(gift_id), lack=kind, **where(error))
        with transaction() as session:
            reason = _reason(error)
            operations.note_fault(session, fault, reason=reason, is_healed=False, now=now)


def _mail(gift_id: UUID, receipt_id: UUID, *, now: datetime) -> None:
    """Begin the mail anew; whether it can be written at all is seen at once."""
    reason = MAIL
    try:
        with reading() as session:
            letters.write_receipt(session, receipt_id)
    except Exception as error:
        log.error("receipt_not_written", receipt=str(receipt_id), **where(error))
        reason = _reason(error)
    with transaction() as session:
        jobs.defer(session, mail_receipt, once=f"receipt:{receipt_id}", receipt_id=receipt_id)
        fault = (gift_id, UNMAILED)
        operations.note_fault(session, fault, reason=reason, is_healed=False, now=now)
    log.warning("receipt_mailed_late", receipt=str(receipt_id))


def _reason(error: Exception) -> str:
    """A code of `choices.FAULT_REASONS`."""
    return FORGOTTEN if isinstance(error, Unreadable) else FAULT
