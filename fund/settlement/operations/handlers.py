"""What is done about an event, by the beginning of its type. A new kind is a new line here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session

from fund.giving.payments import StripePayment
from fund.settlement.operations import doubts, gifts, plans, refund_answers
from fund.settlement.operations.events import Event


class Apply(Protocol):
    """Brings Stripe's answer into our rows; in any order, any number of times."""

    def __call__(
        self, session: Session, event: Event, answer: Any, /, *, now: datetime
    ) -> None: ...


@dataclass(frozen=True)
class Handler:
    """What an event leads to.

    `fetch` asks Stripe, outside any transaction, how the event's object stands now, for `apply`;
    None if nothing that it could say would be news. A signed event of our API version need not be
    asked about where what it tells can never become untrue: that payment is what `tell` reads.
    A gift's other events are done once it is paid, and wait `patience` for that before Stripe is
    asked, since another event tells it without a call.
    """

    fetch: Callable[[Event], Any]
    apply: Apply
    tell: Callable[[Event], StripePayment | None] | None = None
    patience: timedelta = timedelta()


_PATIENCE = timedelta(seconds=30)

_REFUND = Handler(refund_answers.fetch_refund, refund_answers.apply_refund)

HANDLERS: dict[str, Handler] = {
    "charge.dispute.": Handler(doubts.fetch_dispute, doubts.apply_dispute),
    "radar.early_fraud_warning.": Handler(doubts.fetch_warning, doubts.apply_warning),
    "review.": Handler(doubts.fetch_review, doubts.apply_review),
    "refund.": _REFUND,
    "charge.refund.updated": _REFUND,  # its object is a refund too
    "charge.succeeded": Handler(gifts.fetch_charge, gifts.apply_charge, tell=gifts.told_by_charge),
    "checkout.session.": Handler(gifts.fetch_session, gifts.apply_session),
    "customer.subscription.": Handler(plans.fetch_subscription, plans.apply_subscription),
    "invoice.paid": Handler(plans.fetch_invoice, plans.apply_invoice),
    "invoice.payment_failed": Handler(plans.fetch_failure, plans.apply_failure),
    "setup_intent.succeeded": Handler(plans.fetch_card, plans.apply_card),
    "checkout.session.completed": Handler(
        gifts.fetch_session, gifts.apply_session, patience=_PATIENCE
    ),
    "payment_intent.processing": Handler(gifts.fetch_payment_intent, gifts.apply_payment_intent),
    "payment_intent.succeeded": Handler(
        gifts.fetch_payment_intent, gifts.apply_payment_intent, patience=_PATIENCE
    ),
}
# Types after which there is something new in the feed.
WAKING = ("charge.", "refund.", "payout.", "balance.", "transfer.", "radar.", "review.")


def find_handler(event_type: str) -> Handler | None:
    """The handler with the longest prefix of `event_type`; None if nothing is to be done."""
    prefixes = [prefix for prefix in HANDLERS if event_type.startswith(prefix)]
    return HANDLERS[max(prefixes, key=len)] if prefixes else None
