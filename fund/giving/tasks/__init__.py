"""Jobs about gifts."""

from fund.giving.tasks.receipts import mail_receipt

__all__ = ["mail_receipt"]
