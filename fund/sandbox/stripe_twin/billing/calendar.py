"""When a billing period ends (Stripe page "Billing cycle anchor")."""

import calendar
from datetime import UTC, datetime, timedelta

_MONTHS = {"month": 1, "year": 12}
_DAYS = {"day": 1, "week": 7}


def boundary(anchor: int, recurring: dict[str, object], after: int) -> int:
    """The first moment later than `after` that is whole intervals from `anchor`.

    Months keep the anchor's day; a month that has no such day ends on its last.
    """
    step = int(str(recurring["interval_count"]))
    interval = str(recurring["interval"])
    start = datetime.fromtimestamp(anchor, UTC)
    now = datetime.fromtimestamp(after, UTC)
    if interval in _DAYS:
        span = _DAYS[interval] * step * 86_400
        return anchor + ((after - anchor) // span + 1) * span
    months = _MONTHS[interval] * step
    passed = (now.year - start.year) * 12 + now.month - start.month
    count = passed // months
    while (moment := _in_months(start, count * months)) <= after:
        count += 1
    return moment


def earlier(moment: int, recurring: dict[str, object]) -> int:
    """One interval before, for what must lie in the past."""
    when = datetime.fromtimestamp(moment, UTC)
    step = int(str(recurring["interval_count"]))
    interval = str(recurring["interval"])
    if interval in _DAYS:
        return int((when - timedelta(days=_DAYS[interval] * step)).timestamp())
    return _in_months(when, -_MONTHS[interval] * step)


def _in_months(start: datetime, months: int) -> int:
    month = start.year * 12 + start.month - 1 + months
    year, index = divmod(month, 12)
    day = min(start.day, calendar.monthrange(year, index + 1)[1])
    return int(start.replace(year=year, month=index + 1, day=day).timestamp())
