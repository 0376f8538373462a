"""What Stripe told: the events that the log may hold."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

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
class InboxErrorRetried(Event, subject="office"):
    """Somebody had all events of Stripe's that failed for the same reason, `error`, looked at
    again; `events` is how many there were."""

    error: str
    events: int


@dataclass(frozen=True)
class InboxEventReplayed(Event, subject="office"):
    """Somebody had an event of Stripe's that was done already looked at again; `event` is its id
    there, `reason` a code. Nothing is paid, booked or mailed a second time by it."""

    event: str
    reason: str


@dataclass(frozen=True)
class InboxReplayed(Event, subject="office"):
    """All events that Stripe sent since the day `since_on` were looked at again, by command;
    `events` is how many there were, `reason` a code."""

    since_on: date
    events: int
    reason: str


@dataclass(frozen=True)
class DifferenceExplained(Event, subject="office"):
    """The treasurer let a difference stand, as long as it is of just this amount; `thing` names
    what differs: a line, a payout or a currency."""

    kind: str
    thing: str
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class RefundAsked(Event, subject="gift"):
    """Finance asked to give back a part of a gift; above the office's limit a second person has to
    agree. `reason` is a code."""

    refund_id: UUID
    amount_minor: int
    currency: str
    reason: str
    needs_second: bool


@dataclass(frozen=True)
class RefundDecided(Event, subject="gift"):
    """The second person agreed to a refund, or declined it."""

    refund_id: UUID
    is_approved: bool


@dataclass(frozen=True)
class RefundChanged(Event, subject="gift"):
    """How a refund stands at Stripe. `stripe_refund_id` is empty if Stripe refused it."""

    refund_id: UUID
    stripe_refund_id: str | None
    state: str


@dataclass(frozen=True)
class RefundSettledOtherwise(Event, subject="gift"):
    """A refund that did not reach the donor was dealt with another way."""

    refund_id: UUID


@dataclass(frozen=True)
class RefundLimitSet(Event, subject="office"):
    """Up to how much one person of finance may give back alone from now on."""

    alone_minor: int
    currency: str


@dataclass(frozen=True)
class DisputeChanged(Event, subject="office"):
    """How a bank's inquiry or dispute about a gift stands; `dispute_id` is its id at Stripe."""

    dispute_id: str
    state: str


@dataclass(frozen=True)
class DisputeNoted(Event, subject="office"):
    """Finance answered a dispute at Stripe, or accepted it."""

    dispute_id: str
    noted_as: str


@dataclass(frozen=True)
class AlertChanged(Event, subject="office"):
    """A card network warned of a gift, or Stripe reviews it; or that is over, because the gift was
    given back, disputed or approved there."""

    alert_id: str
    kind: str
    is_open: bool


@dataclass(frozen=True)
class AlertKept(Event, subject="office"):
    """Finance looked at a risky gift and keeps it: awards may use it."""

    alert_id: str
