"""What donors, Stripe and the bank do to gifts."""

from fund.giving.operations.bank import record_bank_gift
from fund.giving.operations.gifts import check_amount, keep_session, retry_gift, start_gift
from fund.giving.operations.payment import apply_payment

__all__ = [
    "apply_payment",
    "check_amount",
    "keep_session",
    "record_bank_gift",
    "retry_gift",
    "start_gift",
]
