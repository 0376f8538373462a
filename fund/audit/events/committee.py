"""Policy, votes and decisions: the events that the log may hold."""

from dataclasses import dataclass
from uuid import UUID

from fund.audit.events.base import Event


@dataclass(frozen=True)
class ConflictDeclared(Event, subject="application"):
    round: int
    has_conflict: bool


@dataclass(frozen=True)
class VoteCast(Event, subject="application"):
    round: int
    choice: str


@dataclass(frozen=True)
class ApplicationDecided(Event, subject="application"):
    round: int
    outcome: str
    policy_id: UUID
    amount_minor: int | None
