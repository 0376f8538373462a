"""Jobs about gifts."""

from fund.giving.tasks.receipts import mail_receipt
from fund.giving.tasks.statements import mail_statement

__all__ = ["mail_receipt", "mail_statement"]
