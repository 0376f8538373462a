"""What is read about gifts."""

from fund.giving.queries.gifts import (
    GiftRow,
    find_donor_key,
    get_gift,
    get_receipt,
    list_gifts,
)
from fund.giving.queries.offices import (
    choose_card_office,
    find_card_office,
    get_open_fund,
    list_card_offices,
)

__all__ = [
    "GiftRow",
    "choose_card_office",
    "find_card_office",
    "find_donor_key",
    "get_gift",
    "get_open_fund",
    "get_receipt",
    "list_card_offices",
    "list_gifts",
]
