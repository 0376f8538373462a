"""Gifts each month or year: the events that the log may hold."""

from dataclasses import dataclass
from uuid import UUID

from fund.audit.events.base import Event


@dataclass(frozen=True)
class PlanStarted(Event, subject="plan"):
    """A donor chose to give each month or year; nothing was paid yet."""

    donor_id: UUID
    office: str
    fund: str
    amount_minor: int
    currency: str
    every: str


@dataclass(frozen=True)
class PlanRetried(Event, subject="plan"):
    """The payment page was left open too long, and the donor tries again."""

    attempt: int


@dataclass(frozen=True)
class PlanMoved(Event, subject="plan"):
    """How the plan stands now: `active`, `past_due` while Stripe tries again, `paused`,
    `stopping` until Stripe confirms, or `expired` if it was never paid."""

    state: str


@dataclass(frozen=True)
class PlanStopped(Event, subject="plan"):
    """Nothing more is charged, as Stripe confirms where a card was; a pledge is asked for no more.
    `reason` is Stripe's word for it, such as `cancellation_requested` or `payment_failed`."""

    reason: str


@dataclass(frozen=True)
class PlanGave(Event, subject="gift"):
    """A gift came by a plan: one paid invoice of its subscription."""

    plan_id: UUID
    office: str
    fund: str
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class PledgeAsked(Event, subject="gift"):
    """A pledge's gift for one month is waited for: its donor chose it just now, or is asked by
    mail to give it by PromptPay."""

    plan_id: UUID
    office: str
    fund: str
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class PledgeReminded(Event, subject="gift"):
    """The donor of a pledge was told once more that this month's gift is waited for."""


@dataclass(frozen=True)
class PlanChangeAsked(Event, subject="plan"):
    """Somebody wants the plan changed; Stripe is told next. `kind`: amount, day, fund, card,
    pause, skip, resume or stop."""

    kind: str


@dataclass(frozen=True)
class PlanChanged(Event, subject="plan"):
    """The change was made, and Stripe took it where a card is charged. Amount and fund are those
    of the gifts from now on."""

    kind: str
    fund: str
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class PlanChangeRefused(Event, subject="plan"):
    """Stripe did not take the change, and all stays as it was."""

    kind: str


@dataclass(frozen=True)
class StraySubscriptionFound(Event, subject="office"):
    """A subscription at Stripe bills somebody, and no plan of ours knows of it. It is stopped there
    next, unless `is_left`: from before the office was opened here, and perhaps the charity's."""

    subscription_id: str
    is_left: bool


@dataclass(frozen=True)
class StraySubscriptionStopped(Event, subject="office"):
    """Stripe confirms that a subscription which no plan knew of has ended."""

    subscription_id: str


@dataclass(frozen=True)
class StraySubscriptionNoted(Event, subject="office"):
    """Finance saw to a subscription which no plan knew of, and to whoever was billed by it."""

    subscription_id: str


@dataclass(frozen=True)
class PlanPaymentFailed(Event, subject="plan"):
    """A payment did not go through; Stripe tries again, and the donor is told."""
