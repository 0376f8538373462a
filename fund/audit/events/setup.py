"""The installation as a whole: the events that the log may hold."""

from dataclasses import dataclass

from fund.audit.events.base import Event


@dataclass(frozen=True)
class OrganisationSetUp(Event, subject="setup"):
    """A real installation began."""


@dataclass(frozen=True)
class Restored(Event, subject="setup"):
    """The database was put back from a backup; transaction ids started anew."""

    epoch: int
