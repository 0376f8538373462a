"""The daily look for what should have happened to gifts and did not."""

from datetime import timedelta

import structlog

from fund import clock, jobs
from fund.db import reading, transaction
from fund.errors import where
from fund.giving import operations, queries
from fund.giving.tasks.receipts import mail_receipt

log = structlog.get_logger(__name__)

# A mail is tried for about a day; what has not left by then is begun anew.
MAIL_AGE = timedelta(days=2)


@jobs.app.periodic(cron="43 4 * * *")
@jobs.task("giving.heal_receipts")
def heal_receipts(**_: int) -> None:
    """Give each paid gift the receipt that it lacks, and send what never left; each on its own."""
    now = clock.now()
    with reading() as session:
        gifts = queries.list_unreceipted(session)
        unmailed = queries.list_unmailed(session, before=now - MAIL_AGE)
    for gift_id in gifts:
        try:
            with transaction() as session:
                operations.heal_receipt(session, gift_id, now=now)
            log.warning("receipt_healed", gift=str(gift_id))
        except Exception as error:  # the others need not wait for this one
            log.error("receipt_not_healed", gift=str(gift_id), **where(error))
    for receipt_id in unmailed:
        with transaction() as session:
            jobs.defer(session, mail_receipt, once=f"receipt:{receipt_id}", receipt_id=receipt_id)
        log.warning("receipt_mailed_late", receipt=str(receipt_id))
