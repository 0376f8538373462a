"""What Stripe told: the events that the log may hold."""

from dataclasses import dataclass
from datetime import date

from fund.audit.events.base import Event


@dataclass(frozen=True)
class PayoutArrived(Event, subject="office"):
    """The office's bank shows a payout; `payout` is its id at Stripe."""

    payout: str
    amount_minor: int
    currency: str
    arrived_on: date


@dataclass(frozen=True)
class InboxEventRetried(Event, subject="office"):
    """Somebody had a failed event of Stripe's looked at again; `event` is its id there."""

    event: str


@dataclass(frozen=True)
class DifferenceExplained(Event, subject="office"):
    """The treasurer let a difference stand, as long as it is of just this amount; `thing` names
    what differs: a line, a payout or a currency."""

    kind: str
    thing: str
    amount_minor: int
    currency: str
