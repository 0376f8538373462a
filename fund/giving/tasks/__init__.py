"""Jobs about gifts."""

from fund.giving.tasks.dedications import mail_dedication
from fund.giving.tasks.portal import mail_portal_link
from fund.giving.tasks.receipts import mail_receipt
from fund.giving.tasks.statements import mail_statement

__all__ = ["mail_dedication", "mail_portal_link", "mail_receipt", "mail_statement"]
