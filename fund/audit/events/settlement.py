"""What Stripe told: the events that the log may hold."""

from dataclasses import dataclass

from fund.audit.events.base import Event


@dataclass(frozen=True)
class InboxEventRetried(Event, subject="office"):
    """Somebody had a failed event of Stripe's looked at again; `event` is its id there."""

    event: str
