"""When a proof is asked for, and when a mailed link: limits as data, and what follows from them.

Failures are counted, not starts: in a rush of donors many start and most pay, while who tries out
stolen cards is refused almost every time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

NEEDS = ("nothing", "proof", "mail")  # by the breaker's level, and each includes the one before

# So many refused cards within so long, and more than were paid, are no bad luck. Of one attempt
# two count at most, somebody looks for a card that still works; unless they came faster than
# anybody types.
TROUBLE = ((timedelta(minutes=1), 3), (timedelta(minutes=10), 8))
COUNTED_OF_AN_ATTEMPT, TYPING = 2, timedelta(seconds=10)
# After that, so many refused behind a proof are no bad luck either; nor are those refused on pages
# opened before, once what was under way has come to its end.
INSISTING, INSISTING_LATE, UNDER_WAY = 2, 3, timedelta(seconds=2)
# A level is left after so long without trouble, unless so many still wait at the gate.
CALM, KNOCKING, KNOCKS = timedelta(minutes=15), 10, timedelta(minutes=5)

# Refused cards within the hour by which one address, network or mail address is known.
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FAILURES_OF_EMAIL = 3
FAILURES_OF_ADDRESS = (3, 10)  # proof, mail
FAILURES_OF_NETWORK = (10, 30)
# An address that sends so many to Stripe's page within so long proves that it is worth the work.
STARTS_OF_ADDRESS, STARTED = 10, timedelta(minutes=10)
# A page at Stripe is closed after so many refused cards, or once its card failed so often.
FAILURES_OF_ATTEMPT, FAILURES_OF_CARD = 3, 3
# Pages opened longer ago than this are left alone when the breaker opens.
OPEN_LATELY = timedelta(hours=1)

# The mailed link, and how many an hour go to one mail address, are asked for by one address and
# network, and in all.
LINK_PURPOSE, LINK_LIFE = "giving.gate", timedelta(minutes=15)
LINKS_OF_EMAIL, LINKS_OF_ADDRESS, LINKS_OF_NETWORK, LINKS_IN_ALL = 3, 5, 20, 1000

# Stripe takes 25 sessions a second ("Rate limits"); some are left for what is tried again. A line
# begins slowly, by the breaker's level, and gets twice as quick each few seconds: of cards that are
# tried out something is heard before many more are let through, and a rush is at full speed soon.
QUICKEST = timedelta(milliseconds=50)
SLOWEST = tuple(timedelta(milliseconds=spacing) for spacing in (500, 1500, 500))
STEP, AT_ONCE, RESTED = timedelta(seconds=3), 3, timedelta(seconds=10)


@dataclass(frozen=True)
class Line:
    """Whose turn is when: the next at `next_at`, of a line that stands since then."""

    since: datetime
    next_at: datetime


def take_turn(line: Line | None, level: int, *, now: datetime) -> tuple[datetime, Line]:
    """The next turn, at once where nobody waits, and the line behind it."""
    slowest = SLOWEST[level]
    if line is None or now - line.next_at > RESTED:
        line = Line(now, now - slowest * ((AT_ONCE if level == 0 else 1) - 1))
    turn_at = max(line.next_at, now - slowest * (AT_ONCE - 1))
    steps = max(turn_at - line.since, timedelta()) // STEP
    spacing = max(slowest / 2 ** min(steps, 10), QUICKEST)
    return turn_at, Line(line.since, turn_at + spacing)


@dataclass(frozen=True)
class Record:
    """What is known of who comes: refused cards within the hour, and starts."""

    of_email: int = 0
    of_address: int = 0
    of_network: int = 0
    starts_of_address: int = 0


def needs(level: int, record: Record, *, is_trapped: bool) -> str:
    """What is asked of an attempt before it goes to Stripe's page."""
    own = max(
        2 if is_trapped or record.of_email >= FAILURES_OF_EMAIL else 0,
        sum(record.of_address >= most for most in FAILURES_OF_ADDRESS),
        sum(record.of_network >= most for most in FAILURES_OF_NETWORK),
        int(record.starts_of_address >= STARTS_OF_ADDRESS),
    )
    return NEEDS[max(level, own)]


def suffices(let_by: str | None, need: str) -> bool:
    """Whether what was given is what is asked for, or more."""
    return let_by is not None and NEEDS.index(let_by) >= NEEDS.index(need)


def is_trouble(
    failures: Callable[[timedelta], int], paid: Callable[[timedelta], int]
) -> timedelta | None:
    """The window within which too many cards were refused, beside those paid; None if in none."""
    for window, most in TROUBLE:
        count = failures(window)
        if count >= most and count > paid(window):
            return window
    return None


def is_calm(troubled_at: datetime, since: datetime, knocking: int, *, now: datetime) -> bool:
    """Whether the breaker falls by a level."""
    return now - max(troubled_at, since) >= CALM and knocking < KNOCKING
