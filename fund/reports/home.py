"""What waits on a person, from every room, as the home page shows it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel import dates
from sqlalchemy.orm import Session

from fund.applications import queries as applications
from fund.awards import queries as awards
from fund.banking import queries as banking
from fund.bookkeeping import queries as bookkeeping
from fund.bookkeeping.imports import queries as gift_imports
from fund.committee import queries as committee
from fund.disbursements import queries as disbursements
from fund.giving import queries as giving
from fund.i18n import format_day, gettext, language, readable
from fund.ledger import queries as ledger
from fund.people import queries as people
from fund.permissions import Actor
from fund.settlement import queries as settlement
from fund.survivors import queries as survivors
from fund.waiting import Waiting

# Each room's `list_waiting(session, actor, *, now)`, in the order in which the page shows them.
SOURCES: tuple[Callable[..., list[Waiting]], ...] = (
    survivors.list_waiting,
    applications.list_waiting,
    committee.list_waiting,
    awards.list_waiting,
    disbursements.list_waiting,
    giving.list_receipts_waiting,
    settlement.list_waiting,
    giving.list_erasures_waiting,
    banking.list_waiting,
    giving.list_waiting,
    ledger.list_waiting,
    bookkeeping.list_waiting,
    gift_imports.list_waiting,
    people.list_waiting,
)

SOON = timedelta(days=7)


@dataclass(frozen=True)
class Row:
    """One row, in the reader's language."""

    title: str
    note: str
    code: str
    due: str
    due_kind: str
    endpoint: str
    values: dict[str, object]
    action: str


def list_waiting(session: Session, actor: Actor, *, now: datetime) -> list[Waiting]:
    """Everything that waits on `actor`."""
    return [waiting for source in SOURCES for waiting in source(session, actor, now=now)]


def sections_of(found: Sequence[Waiting], today: date) -> list[tuple[str, list[Row]]]:
    """Rows by section; what is due first stands first, in the sections and among them."""
    by_section: dict[str, list[Waiting]] = {}
    for waiting in sorted(found, key=lambda w: w.due_on or date.max):
        by_section.setdefault(waiting.section, []).append(waiting)
    return [
        (gettext(section), [_row(waiting, today) for waiting in rows])
        for section, rows in by_section.items()
    ]


def count_due_soon(found: Iterable[Waiting], today: date) -> int:
    """How many are due within a week, or were already."""
    return sum(w.due_on is not None and w.due_on <= today + SOON for w in found)


def _row(waiting: Waiting, today: date) -> Row:
    due, kind = _due(waiting.due_on, today)
    params = {name: readable(value) for name, value in waiting.params.items()}
    return Row(
        title=gettext(waiting.title, **params),
        note=gettext(waiting.note, **params) if waiting.note else "",
        code=waiting.code,
        due=due,
        due_kind=kind,
        endpoint=waiting.endpoint,
        values=waiting.values,
        action=gettext(waiting.action, **params),
    )


def _due(due_on: date | None, today: date) -> tuple[str, str]:
    if due_on is None:
        return "", "plain"
    if due_on < today:
        return gettext("overdue since %(day)s", day=format_day(due_on)), "due"
    if due_on == today:
        return gettext("due today"), "due"
    if due_on <= today + SOON:
        weekday = dates.format_date(due_on, "EEE", locale=language())
        return gettext("due %(day)s", day=f"{weekday} {format_day(due_on)}"), "due"
    return gettext("due %(day)s", day=format_day(due_on)), "plain"
