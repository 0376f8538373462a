"""A range of the log as JSON Lines: a header that proves it whole, then one line an entry.

The header holds the hashes of all that lies outside the range. With the range's own leaves between
them they lead to the signed root, so that no entry can be missing, added or changed.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund import db
from fund.audit import merkle, queries
from fund.audit.models import Event, Leaf
from fund.audit.queries import Head
from fund.audit.tree import StoredTree
from fund.clock import is_counted, midnight
from fund.errors import Refused

PAGE = 2000
_PLACE = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True)
class Span:
    """Entries `start` up to, without, `end`, of a tree that was signed."""

    start: int
    end: int
    head: Head


def find_span(session: Session, first: str, last: str) -> Span:
    """The range from `first` to `last`, both included: two days (2026-11-24) or leaf indices.

    Raises Refused for anything else, and what `span_of_places` and `span_of_days` raise.
    """
    if _PLACE.fullmatch(first) and _PLACE.fullmatch(last):
        return span_of_places(session, int(first), int(last))
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise Refused("no_such_range", field="from")
    if not all(map(is_counted, days)):
        raise Refused("nothing_on_these_days", field="from")
    return span_of_days(session, *days)


def span_of_places(session: Session, first: int, last: int) -> Span:
    """Entries with these leaf indices, both included.

    Raises Refused unless there are such, and a checkpoint covers them; NotFound if nothing was
    signed so far.
    """
    head = queries.get_head(session)
    if not 0 <= first <= last < head.size:
        raise Refused("not_signed_over", field="from", size=head.size)
    return Span(first, last + 1, head)


def span_of_days(session: Session, first: date, last: date) -> Span:
    """The shortest range with every entry of these days (of Thailand), both included.

    Entries stand in the order in which they were committed, so one of a neighbouring day may stand
    between. Raises Refused if there is none that a checkpoint covers.
    """
    if first > last:
        raise Refused("days_in_wrong_order", field="from")
    head = queries.get_head(session)
    lowest, highest = session.execute(
        select(func.min(Leaf.index), func.max(Leaf.index))
        .join(Event, Event.id == Leaf.event_id)
        .where(
            Event.at >= midnight(first),
            Event.at < midnight(last + timedelta(days=1)),
            Leaf.index < head.size,
        )
    ).one()
    if lowest is None:
        raise Refused("nothing_on_these_days", field="from")
    return Span(lowest, highest + 1, head)


def lines(span: Span) -> Iterator[str]:
    """The export, line by line. Each page is read in a transaction of its own."""
    with db.reading() as session:
        header = _header(session, span)
    yield _line(header)
    for start in range(span.start, span.end, PAGE):
        with db.reading() as session:
            page = _page(session, start, min(start + PAGE, span.end))
        yield from page


def filename(span: Span) -> str:
    """What the file is called: its first and last entry, counted from 1."""
    return f"log-{span.start + 1}-{span.end}.jsonl"


def _header(session: Session, span: Span) -> dict[str, Any]:
    path = merkle.range_path(StoredTree(session), span.start, span.end, span.head.size)
    return {
        "kind": "export",
        "range": [span.start, span.end],
        "path": [hash_.hex() for hash_ in path],
        **queries.signed_part(session, span.head),
    }


def _page(session: Session, start: int, end: int) -> list[str]:
    rows = session.execute(
        select(
            Leaf.index,
            Event.id,
            Event.name,
            Event.actor,
            Event.subject_kind,
            Event.subject_id,
            Event.data,
            Event.at,
            Event.payload_commit,
        )
        .join(Event, Event.id == Leaf.event_id)
        .where(Leaf.index >= start, Leaf.index < end)
        .order_by(Leaf.index)
    )
    return [_line(queries.entry_of(row, row[0])) for row in rows]


def _line(document: dict[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False) + "\n"
