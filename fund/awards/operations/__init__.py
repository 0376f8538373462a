"""Every write of awards: the award itself, and how its instalments move."""

from fund.awards.operations.awards import (
    attach_evidence,
    can_work_on,
    confirm_condition,
    make_award,
    record_acceptance,
)
from fund.awards.operations.instalments import (
    is_overdue,
    mark_approved,
    mark_failed,
    mark_paid,
    mark_prepared,
    mark_ready_again,
    mark_sent,
    refresh_readiness,
    reschedule,
)

__all__ = [
    "attach_evidence",
    "can_work_on",
    "confirm_condition",
    "is_overdue",
    "make_award",
    "mark_approved",
    "mark_failed",
    "mark_paid",
    "mark_prepared",
    "mark_ready_again",
    "mark_sent",
    "record_acceptance",
    "refresh_readiness",
    "reschedule",
]
