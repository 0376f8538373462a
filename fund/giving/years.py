"""The years of which donors are told: the calendar's, and that of the office's tax office."""

from dataclasses import dataclass
from datetime import date, timedelta

# The last day of the tax year where it is not the calendar's; New Zealand's by ird.govt.nz.
TAX_YEAR_ENDS: dict[str, tuple[int, int]] = {"NZ": (3, 31)}
CALENDAR_ENDS = (12, 31)


@dataclass(frozen=True)
class Year:
    """The twelve months that end in `number`. `country`: whose tax year; None for the calendar."""

    number: int
    country: str | None = None

    @property
    def last_on(self) -> date:
        ends = TAX_YEAR_ENDS[self.country] if self.country else CALENDAR_ENDS
        return date(self.number, *ends)

    @property
    def first_on(self) -> date:
        return self.last_on.replace(year=self.number - 1) + timedelta(days=1)


def list_told_in(month: date, country: str) -> list[Year]:
    """The years of an office in `country` that ended in the month before."""
    ended = month.replace(day=1) - timedelta(days=1)
    years = [Year(ended.year)]
    if country in TAX_YEAR_ENDS:
        years.append(Year(ended.year, country))
    return [year for year in years if year.last_on == ended]
