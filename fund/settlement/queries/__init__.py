"""What finance reads about Stripe's events and money."""

from fund.settlement.queries.inbox import OfficeHearing, list_events, list_failed, list_hearing
from fund.settlement.queries.lines import (
    list_journals_of,
    list_on_the_way,
    list_transactions_of,
    list_unclassified,
)
from fund.settlement.queries.waiting import list_waiting

__all__ = [
    "OfficeHearing",
    "list_events",
    "list_failed",
    "list_hearing",
    "list_journals_of",
    "list_on_the_way",
    "list_transactions_of",
    "list_unclassified",
    "list_waiting",
]
