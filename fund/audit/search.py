"""Looking through the log: by event, actor, subject and day, newest first or oldest first.

Events are in the order of their time (`at`), and within one moment in that in which they were
recorded. Each `Match` is answered from one index, its newest (or oldest) page at most, so a log of
millions costs what a page costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, select, tuple_, union
from sqlalchemy.orm import Session

from fund.audit.models import Event
from fund.audit.queries import EventRow, event_rows
from fund.db import PAGE, Page

Subject = tuple[str, UUID]


@dataclass(frozen=True)
class Match:
    """What an event must be to be found; what is left empty does not matter.

    `subject_ids` gives the ids of the one kind `subject_kind` by a query. `until` is exclusive.
    """

    name: str | None = None
    actor: str | None = None
    subjects: Sequence[Subject] | None = None
    subject_kind: str | None = None
    subject_ids: Select[UUID] | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same for SQL."""
        found = [
            column == value
            for column, value in (
                (Event.name, self.name),
                (Event.actor, self.actor),
                (Event.subject_kind, self.subject_kind),
            )
            if value is not None
        ]
        if self.subjects is not None:
            about = tuple_(Event.subject_kind, Event.subject_id)
            found.append(about.in_([tuple(subject) for subject in self.subjects]))
        if self.subject_ids is not None:
            found.append(Event.subject_id.in_(self.subject_ids))
        if self.since is not None:
            found.append(Event.at >= self.since)
        if self.until is not None:
            found.append(Event.at < self.until)
        return found


def list_matching(
    session: Session,
    matches: Sequence[Match],
    *,
    seen: UUID | None = None,
    newest_first: bool = True,
) -> Page[EventRow]:
    """A page of the events that fit any of `matches`; the next one begins after `seen`."""
    at, id_ = (Event.at.desc(), Event.id.desc()) if newest_first else (Event.at, Event.id)
    beyond = _beyond(session, seen, newest_first)
    pages = [
        select(Event.id)
        .where(*match.conditions(), *beyond)
        .order_by(at, id_)
        .limit(PAGE + 1)
        .subquery()
        for match in matches
    ]
    if not pages:
        return Page([])
    found = union(*(select(page.c.id) for page in pages)).subquery()
    rows = session.execute(
        event_rows().where(Event.id.in_(select(found.c.id))).order_by(at, id_).limit(PAGE + 1)
    )
    return Page(EventRow(**row) for row in rows.mappings())


def _beyond(session: Session, seen: UUID | None, newest_first: bool) -> list[ColumnElement[bool]]:
    """Later in the page's order than `seen`; an id that is not in the log begins anew."""
    last = None if seen is None else session.get(Event, seen)
    if last is None:
        return []
    place, mark = tuple_(Event.at, Event.id), tuple_(literal(last.at), literal(last.id))
    return [place < mark if newest_first else place > mark]
