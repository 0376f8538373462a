"""Events in hand."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from fund.gateways.stripe import API_VERSION, Doc
from fund.giving.payments import gift_id_of


@dataclass(frozen=True)
class Event:
    """An event of the inbox that is being worked off.

    `snapshot` is its object as it was when the event was made, in the API version of that time;
    empty if the key of whom it is about was destroyed since. `attempts` counts this one.
    """

    id: UUID
    office_id: UUID
    office_code: str
    event_id: str
    type: str
    object_id: str
    happened_at: datetime
    received_at: datetime
    attempts: int
    payload: bytes = field(repr=False)
    api_version: str | None
    snapshot: Doc = field(repr=False)

    @property
    def is_of_our_version(self) -> bool:
        """Whether the snapshot has the shape that we know; its signature was checked."""
        return self.api_version == API_VERSION

    @property
    def gift_id(self) -> UUID | None:
        """The gift that its object names as its own."""
        return gift_id_of(self.snapshot)
