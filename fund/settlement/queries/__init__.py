"""What finance reads about Stripe's events and money."""

from fund.settlement.queries.doubts import (
    get_dispute,
    list_alerts,
    list_disputes,
    list_lines_of,
    list_open_alerts,
    list_to_answer,
)
from fund.settlement.queries.inbox import (
    SILENCE_HOURS,
    OfficeHearing,
    count_errors,
    get_event,
    list_events,
    list_failed,
    list_heard,
    list_hearing,
    list_unheard,
)
from fund.settlement.queries.lines import (
    count_to_look_at,
    find_fee_of,
    list_journals_of,
    list_not_booked,
    list_on_the_way,
    list_transactions_of,
)
from fund.settlement.queries.refunds import (
    list_limits,
    list_open_refunds,
    list_refunds,
    list_refunds_of,
    refundable,
)
from fund.settlement.queries.waiting import list_waiting

__all__ = [
    "SILENCE_HOURS",
    "OfficeHearing",
    "count_errors",
    "count_to_look_at",
    "find_fee_of",
    "get_dispute",
    "get_event",
    "list_alerts",
    "list_disputes",
    "list_events",
    "list_failed",
    "list_heard",
    "list_hearing",
    "list_journals_of",
    "list_limits",
    "list_lines_of",
    "list_not_booked",
    "list_on_the_way",
    "list_open_alerts",
    "list_open_refunds",
    "list_refunds",
    "list_refunds_of",
    "list_to_answer",
    "list_transactions_of",
    "list_unheard",
    "list_waiting",
    "refundable",
]
