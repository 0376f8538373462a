"""What is read from the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from fund.audit.models import Event, Leaf


@dataclass(frozen=True)
class EventRow:
    """An event as timelines show it; `leaf_index` is None until the sequencer came by."""

    id: UUID
    name: str
    actor: str
    subject_kind: str
    subject_id: UUID
    data: dict[str, Any]
    at: datetime
    leaf_index: int | None


def list_events(
    session: Session,
    subjects: Sequence[tuple[str, UUID]],
    *,
    before: UUID | None = None,
    limit: int = 100,
) -> list[EventRow]:
    """The newest events of these (kind, id), newest first; the next page is `before` the last."""
    if not subjects:
        return []
    wanted = _event_rows().where(
        tuple_(Event.subject_kind, Event.subject_id).in_([tuple(s) for s in subjects])
    )
    if before is not None:
        wanted = wanted.where(Event.id < before)
    rows = session.execute(wanted.order_by(Event.id.desc()).limit(limit))
    return [EventRow(**row) for row in rows.mappings()]


def _event_rows() -> Select[Any]:
    return select(
        Event.id,
        Event.name,
        Event.actor,
        Event.subject_kind,
        Event.subject_id,
        Event.data,
        Event.at,
        Leaf.index.label("leaf_index"),
    ).outerjoin(Leaf, Leaf.event_id == Event.id)
