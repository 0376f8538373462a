"""What donors, Stripe and the bank do to gifts."""

from fund.giving.operations.bank import BankGift, record_bank_gift, record_bank_gifts
from fund.giving.operations.billers import (
    approve_biller,
    ask_biller,
    drop_biller,
    stop_promptpay,
)
from fund.giving.operations.campaigns import change_campaign, close_campaign, open_campaign
from fund.giving.operations.erasure import (
    ask_erasure,
    grant_erasure,
    refuse_erasure,
    withdraw_erasure,
)
from fund.giving.operations.exports import export_data
from fund.giving.operations.frames import allow_frame, forbid_frame
from fund.giving.operations.gifts import check_amount, keep_session, retry_gift, start_gift
from fund.giving.operations.healing import note_check, note_fault
from fund.giving.operations.merging import find_two, keep_apart, mark_donors, merge_donors
from fund.giving.operations.newsletter import (
    ask_newsletter,
    confirm_newsletter,
    stop_newsletter,
)
from fund.giving.operations.payment import apply_payment, apply_payments
from fund.giving.operations.portal import (
    ask_for_link,
    choose_language,
    forget_visits,
    leave_portal,
    note_seen,
    open_portal,
)
from fund.giving.operations.receipts import heal_receipt
from fund.giving.operations.returns import record_return, take_back_gifts
from fund.giving.operations.statements import issue_statement
from fund.giving.operations.terms import change_receipts, change_ways, set_terms

__all__ = [
    "BankGift",
    "allow_frame",
    "apply_payment",
    "apply_payments",
    "approve_biller",
    "ask_biller",
    "ask_erasure",
    "ask_for_link",
    "ask_newsletter",
    "change_campaign",
    "change_receipts",
    "change_ways",
    "check_amount",
    "choose_language",
    "close_campaign",
    "confirm_newsletter",
    "drop_biller",
    "export_data",
    "find_two",
    "forbid_frame",
    "forget_visits",
    "grant_erasure",
    "heal_receipt",
    "issue_statement",
    "keep_apart",
    "keep_session",
    "leave_portal",
    "mark_donors",
    "merge_donors",
    "note_check",
    "note_fault",
    "note_seen",
    "open_campaign",
    "open_portal",
    "record_bank_gift",
    "record_bank_gifts",
    "record_return",
    "refuse_erasure",
    "retry_gift",
    "set_terms",
    "start_gift",
    "stop_newsletter",
    "stop_promptpay",
    "take_back_gifts",
    "withdraw_erasure",
]
