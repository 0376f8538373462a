"""Every write of this room: payees and their accounts, and the course of a payment run."""

from fund.disbursements.operations.payees import (
    AccountDetails,
    add_account,
    add_payee,
    check_account,
    read_account,
    record_reading,
)
from fund.disbursements.operations.runs import (
    approve_run,
    can_approve,
    cancel_run,
    confirm_payment,
    note_confirmation,
    open_accounts,
    prepare_run,
    return_payment,
    send_run,
)

__all__ = [
    "AccountDetails",
    "add_account",
    "add_payee",
    "approve_run",
    "can_approve",
    "cancel_run",
    "check_account",
    "confirm_payment",
    "note_confirmation",
    "open_accounts",
    "prepare_run",
    "read_account",
    "record_reading",
    "return_payment",
    "send_run",
]
