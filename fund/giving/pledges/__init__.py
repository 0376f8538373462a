"""What is given by PromptPay: pledges that we ask for each month, and what the bank tells us."""

from fund.giving.pledges.asking import ask_first, ask_for, list_due, list_unpaid, remind
from fund.giving.pledges.settling import expire_gifts, settle_by_bank

__all__ = [
    "ask_first",
    "ask_for",
    "expire_gifts",
    "list_due",
    "list_unpaid",
    "remind",
    "settle_by_bank",
]
