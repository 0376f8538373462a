"""What donors, Stripe and the bank do to gifts."""

from fund.giving.operations.bank import BankGift, record_bank_gift, record_bank_gifts
from fund.giving.operations.campaigns import change_campaign, close_campaign, open_campaign
from fund.giving.operations.exports import export_data
from fund.giving.operations.gifts import check_amount, keep_session, retry_gift, start_gift
from fund.giving.operations.payment import apply_payment, apply_payments
from fund.giving.operations.portal import (
    ask_for_link,
    choose_language,
    forget_visits,
    leave_portal,
    note_seen,
    open_portal,
)
from fund.giving.operations.promptpay import expire_gifts, settle_by_bank
from fund.giving.operations.receipts import heal_receipt
from fund.giving.operations.returns import record_return, take_back_gifts
from fund.giving.operations.statements import issue_statement
from fund.giving.operations.terms import change_receipts, set_terms

__all__ = [
    "BankGift",
    "apply_payment",
    "apply_payments",
    "ask_for_link",
    "change_campaign",
    "change_receipts",
    "check_amount",
    "choose_language",
    "close_campaign",
    "expire_gifts",
    "export_data",
    "forget_visits",
    "heal_receipt",
    "issue_statement",
    "keep_session",
    "leave_portal",
    "note_seen",
    "open_campaign",
    "open_portal",
    "record_bank_gift",
    "record_bank_gifts",
    "record_return",
    "retry_gift",
    "set_terms",
    "settle_by_bank",
    "start_gift",
    "take_back_gifts",
]
