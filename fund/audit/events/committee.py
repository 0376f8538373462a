"""Policy, votes and decisions: the events that the log may hold."""

from dataclasses import dataclass
from uuid import UUID

from fund.audit.events.base import Event


@dataclass(frozen=True)
class ConflictDeclared(Event, subject="application"):
    """A member said, before reading, whether they have to do with the case; who has is recused."""

    round: int
    has_conflict: bool


@dataclass(frozen=True)
class VoteCast(Event, subject="application"):
    """A member voted; `choice` is one of approve, approve_with_conditions, defer, decline."""

    round: int
    choice: str


@dataclass(frozen=True)
class ApplicationDecided(Event, subject="application"):
    """The round ended by the rules of the policy `policy_id`; `amount_minor` is empty unless
    approved.
    """

    round: int
    outcome: str
    policy_id: UUID
    amount_minor: int | None
