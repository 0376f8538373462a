"""Card testing, kept from Stripe's page: a gate before it, and a breaker for each office."""

from fund.giving.abuse.breaker import move_by_hand
from fund.giving.abuse.failures import TOLD_BY, count_failure
from fund.giving.abuse.gate import Whence, come, leave_line, prove, trap
from fund.giving.abuse.links import ask_for_link, find_link, use_link
from fund.giving.abuse.orders import Coming, get_coming
from fund.giving.abuse.proof import make_challenge

__all__ = [
    "TOLD_BY",
    "Coming",
    "Whence",
    "ask_for_link",
    "come",
    "count_failure",
    "find_link",
    "get_coming",
    "leave_line",
    "make_challenge",
    "move_by_hand",
    "prove",
    "trap",
    "use_link",
]
