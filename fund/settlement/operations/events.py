"""An event in hand."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Event:
    """An event of the inbox that is being worked off; `attempts` counts this one."""

    id: UUID
    office_id: UUID
    office_code: str
    event_id: str
    type: str
    object_id: str
    attempts: int
