"""The days that a statement is about: the end of one day, or from a first day to a last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund.clock import midnight
from fund.errors import Refused
from fund.i18n import N_, format_day, gettext
from fund.ledger.models import Period

# No books are older than the first and none are kept beyond the last; both can be reckoned with.
EARLIEST, LATEST = date(1990, 1, 1), date(2190, 12, 31)
ONE_DAY = timedelta(days=1)

STANDINGS = {
    "open": N_("These days are open: more may still be booked on them."),
    "closing": N_(
        "These days are being closed: only what a bank or Stripe reports is still booked."
    ),
    "partly": N_("Of these days some are closed, on others more may still be booked."),
    "closed": N_("These days are closed: nothing more is booked on them."),
}


@dataclass(frozen=True)
class Days:
    """From `first` (None: from the beginning of the books) to the end of `last`."""

    first: date | None
    last: date

    @property
    def before(self) -> date | None:
        """The day at whose end the first day begins."""
        return self.first - ONE_DAY if self.first else None

    @property
    def text(self) -> str:
        first = format_day(self.first, always_year=True) if self.first else ""
        last = format_day(self.last, always_year=True)
        if self.last == LATEST:
            return str(gettext("From %(day)s on", day=first) if first else gettext("All days"))
        if not first:
            return str(gettext("To the end of %(day)s", day=last))
        return last if self.first == self.last else f"{first} – {last}"

    def values(self) -> dict[str, str]:
        """How an address says them."""
        first = {"first": self.first.isoformat()} if self.first else {}
        return first if self.last == LATEST else {**first, "last": self.last.isoformat()}

    def instants(self) -> tuple[datetime, datetime]:
        """The moment at which they begin in Thailand, and the one at which they are over."""
        return midnight(self.first or EARLIEST), midnight(self.last + ONE_DAY)


EVERYTHING = Days(None, LATEST)


def read_days(given: Mapping[str, str], default: Days) -> Days:
    """What an address says by `first` and `last` (ISO); an empty one is as in `default`.

    Raises Refused: `no_such_day`, `days_reversed`.
    """
    first = _read(given["first"]) if given.get("first") else None
    last = _read(given["last"]) if given.get("last") else default.last
    if first is None and not given.get("last"):
        first = default.first
    if first is not None and first > last:
        raise Refused("days_reversed")
    return Days(first, last)


def presets(today: date) -> list[tuple[str, Days]]:
    """What is asked for most, name -> days."""
    month = today.replace(day=1)
    year = today.replace(month=1, day=1)
    last_month, last_year = month - ONE_DAY, year - ONE_DAY
    return [
        (gettext("This month"), Days(month, today)),
        (gettext("Last month"), Days(last_month.replace(day=1), last_month)),
        (gettext("This year"), Days(year, today)),
        (gettext("Last year"), Days(last_year.replace(month=1, day=1), last_year)),
    ]


def ends(today: date) -> list[tuple[str, Days]]:
    """The days at whose end a position is asked for most, name -> the day."""
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    return [
        (gettext("Today"), Days(None, today)),
        (gettext("End of last month"), Days(None, month - ONE_DAY)),
        (gettext("End of last year"), Days(None, year - ONE_DAY)),
    ]


def standing(session: Session, days: Days) -> str:
    """Whether the days are open, in the reader's words; of a day without a first one, that day."""
    rows = session.execute(
        select(Period.status, func.max(func.upper(Period.days)))
        .where(Period.status != "open")
        .group_by(Period.status)
    )
    until = {row[0]: row[1] for row in rows}
    first = days.first or (EARLIEST if days.last == LATEST else days.last)
    if days.last < until.get("closed", EARLIEST):
        state = "closed"
    elif first < until.get("closed", EARLIEST):
        state = "partly"
    else:
        state = "closing" if first < until.get("closing", EARLIEST) else "open"
    return str(gettext(STANDINGS[state]))


def _read(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused("no_such_day")
    if not EARLIEST <= day <= LATEST:
        raise Refused("no_such_day")
    return day
