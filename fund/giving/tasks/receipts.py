"""Jobs about receipts."""

from uuid import UUID

from fund import clock, jobs
from fund.db import reading, transaction
from fund.gateways import mail
from fund.giving import letters
from fund.giving.models import Receipt


@jobs.task("giving.mail_receipt")
def mail_receipt(receipt_id: str) -> None:
    """Send a receipt to its donor. A second run sends nothing, or the same message again."""
    with reading() as session:
        if session.get_one(Receipt, UUID(receipt_id)).mailed_at is not None:
            return
        letter = letters.write_receipt(session, UUID(receipt_id))
    mail.send(
        letter.to,
        letter.subject,
        letter.text,
        letter.html,
        message_id=f"receipt-{receipt_id}",
        language=letter.language,
        attachments=[mail.Attachment(letter.filename, "application/pdf", letter.pdf)],
    )
    with transaction() as session:
        session.get_one(Receipt, UUID(receipt_id)).mailed_at = clock.now()
