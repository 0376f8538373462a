"""The one place that asks what time it is. Views and jobs ask once and pass `now` down."""

from datetime import UTC, date, datetime, time, timedelta, timezone

BANGKOK = timezone(timedelta(hours=7), "Asia/Bangkok")  # Thailand has no daylight saving time


def now() -> datetime:
    """The current instant, in UTC."""
    return datetime.now(UTC)


def bangkok_day(moment: datetime) -> date:
    """The calendar day in Thailand on which `moment` falls; the books run on these days."""
    return moment.astimezone(BANGKOK).date()


def midnight(day: date) -> datetime:
    """The instant at which `day` begins in Thailand."""
    return datetime.combine(day, time.min, BANGKOK)


def is_counted(day: date) -> bool:
    """Whether time zones count so far; what lies beyond is a slip of the finger."""
    return 1900 <= day.year < 9000
