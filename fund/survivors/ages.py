"""What consent needs at which age, to the day.

Thailand's Personal Data Protection Act, section 20: the holder of parental responsibility consents
for a child under ten; from ten to twenty (the age of majority, Civil and Commercial Code, section
19) the child's own assent stands beside it; from twenty the survivor alone consents.
"""

from dataclasses import dataclass
from datetime import date, timedelta

ASSENTS_FROM, CONSENTS_FROM = 10, 20


@dataclass(frozen=True)
class Needs:
    """Whose word is needed: a holder of parental responsibility, and the child's assent."""

    holder: bool
    assent: bool


def birthday(birth_date: date, years: int) -> date:
    """The day on which someone becomes `years` old; born on 29 February, it may be 1 March."""
    try:
        return birth_date.replace(year=birth_date.year + years)
    except ValueError:
        return date(birth_date.year + years, 3, 1)


def needs_on(birth_date: date, on: date) -> Needs:
    """What a consent given on this day needs."""
    holder = on < birthday(birth_date, CONSENTS_FROM)
    return Needs(holder=holder, assent=holder and on >= birthday(birth_date, ASSENTS_FROM))


def last_day(birth_date: date, given_on: date, wanted: date) -> date:
    """Until when a consent given on `given_on` holds: `wanted`, or before the tenth or twentieth
    birthday, when another's word is needed.

    It ends with the month before that birthday, so that the unsealed day does not betray the
    sealed one; a consent given in the very month ends on the eve.
    """
    for years in (ASSENTS_FROM, CONSENTS_FROM):
        turning = birthday(birth_date, years)
        if given_on < turning <= wanted:
            month_end = turning.replace(day=1) - timedelta(days=1)
            return month_end if month_end >= given_on else turning - timedelta(days=1)
    return wanted


def band(birth_year: int, on: date) -> str:
    """The two ages that somebody of this birth year can have on a day, e.g. `15–16`."""
    turns = on.year - birth_year
    return f"{max(turns - 1, 0)}–{max(turns, 1)}"
