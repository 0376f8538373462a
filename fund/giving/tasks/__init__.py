"""Jobs about gifts."""

from fund.giving.tasks.dedications import mail_dedication
from fund.giving.tasks.erasure import forget_customer, mail_erasure
from fund.giving.tasks.newsletter import mail_newsletter
from fund.giving.tasks.portal import mail_portal_link
from fund.giving.tasks.receipts import mail_receipt
from fund.giving.tasks.statements import mail_statement

__all__ = [
    "forget_customer",
    "mail_dedication",
    "mail_erasure",
    "mail_newsletter",
    "mail_portal_link",
    "mail_receipt",
    "mail_statement",
]
