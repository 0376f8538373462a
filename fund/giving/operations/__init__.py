"""What donors, Stripe and the bank do to gifts."""

from fund.giving.operations.bank import record_bank_gift
from fund.giving.operations.campaigns import change_campaign, close_campaign, open_campaign
from fund.giving.operations.gifts import check_amount, keep_session, retry_gift, start_gift
from fund.giving.operations.payment import apply_payment, apply_payments
from fund.giving.operations.promptpay import expire_gifts, settle_by_bank
from fund.giving.operations.receipts import heal_receipt
from fund.giving.operations.returns import record_return
from fund.giving.operations.statements import issue_statement
from fund.giving.operations.terms import change_receipts, set_terms

__all__ = [
    "apply_payment",
    "apply_payments",
    "change_campaign",
    "change_receipts",
    "check_amount",
    "close_campaign",
    "expire_gifts",
    "heal_receipt",
    "issue_statement",
    "keep_session",
    "open_campaign",
    "record_bank_gift",
    "record_return",
    "retry_gift",
    "set_terms",
    "settle_by_bank",
    "start_gift",
]
