"""When a plan is due."""

from datetime import date, timedelta

from fund.giving.models import Plan

LAST_DAY = 28  # which every month has
_MONTHS = {"month": 1, "year": 12}


def next_time(plan: Plan, *, after: date) -> date:
    """The next day after this one on which the plan is due: on its day of the month."""
    day = plan.next_on or after
    while day <= after:
        day = one_later(day, plan.every)
    return day


def one_later(day: date, every: str) -> date:
    """The same day a month or year later, the 28th at the latest."""
    day = day.replace(day=min(day.day, LAST_DAY))
    for _ in range(_MONTHS[every]):
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=day.day)
    return day
