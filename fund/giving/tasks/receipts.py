"""Jobs about receipts."""

from uuid import UUID

from fund import clock, jobs
from fund.crypto import Unreadable
from fund.db import reading, transaction
from fund.giving import letters
from fund.giving.models import Receipt
from fund.giving.tasks.posting import post_letter


@jobs.task("giving.mail_receipt")
def mail_receipt(receipt_id: str) -> None:
    """Send a receipt to its donor. A second run sends nothing, or the same message again."""
    with reading() as session:
        if session.get_one(Receipt, UUID(receipt_id)).mailed_at is not None:
            return
        try:
            letter = letters.write_receipt(session, UUID(receipt_id))
        except Unreadable:  # forgotten
            return
    post_letter(letter, message_id=f"receipt-{receipt_id}")
    with transaction() as session:
        session.get_one(Receipt, UUID(receipt_id)).mailed_at = clock.now()
