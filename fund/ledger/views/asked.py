"""What the address of a statement asks for: its days and what it is narrowed to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from flask import request

from fund import clock, i18n
from fund.errors import Refused
from fund.ledger.statements import EVERYTHING, Days, Only, Wanted, read_days


@dataclass(frozen=True)
class Asked:
    """The days, or what was meant to be days and why it is none."""

    days: Days
    problem: str
    now: datetime

    @property
    def today(self) -> date:
        return clock.bangkok_day(self.now)


def to_today(today: date) -> Days:
    """From the beginning of the books."""
    return Days(None, today)


def this_year(today: date) -> Days:
    """From 1 January to today."""
    return Days(today.replace(month=1, day=1), today)


def all_days(_today: date) -> Days:
    return EVERYTHING


def asked_days(default: Callable[[date], Days]) -> Asked:
    """What the address says, else the default; that too, with a problem, if these are no days."""
    now = clock.now()
    unasked = default(clock.bangkok_day(now))
    try:
        return Asked(read_days(request.args, unasked), "", now)
    except Refused as refusal:
        return Asked(unasked, i18n.refusal_text(refusal), now)


def only() -> Only:
    """Which accounts of the trial balance."""
    roles = [role for role in request.args.get("role", "").split(",") if role]
    return Only(roles, request.args.get("office", ""), request.args.get("fund", ""))


def wanted(days: Days) -> Wanted:
    """Which journals."""
    given = {name: request.args.get(name, "") for name in ("kind", "fund", "office")}
    return Wanted(days, **given)


def kept(*names: str) -> dict[str, str]:
    """What of the address a link on the page goes on saying."""
    return {name: request.args[name] for name in names if request.args.get(name)}
