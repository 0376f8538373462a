"""What is done about an event, by the beginning of its type. A new kind is a new line here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from fund.settlement.operations import gifts, plans
from fund.settlement.operations.events import Event


class Apply(Protocol):
    """Brings Stripe's answer into our rows; in any order, any number of times."""

    def __call__(
        self, session: Session, event: Event, answer: Any, /, *, now: datetime
    ) -> None: ...


@dataclass(frozen=True)
class Handler:
    """What an event leads to.

    `fetch` asks Stripe, outside any transaction, how the event's object stands now; None if
    nothing that it could say would be news. The event itself only says where to look.
    """

    fetch: Callable[[Event], Any]
    apply: Apply


HANDLERS: dict[str, Handler] = {
    "checkout.session.": Handler(gifts.fetch_session, gifts.apply_session),
    "customer.subscription.": Handler(plans.fetch_subscription, plans.apply_subscription),
    "invoice.paid": Handler(plans.fetch_invoice, plans.apply_invoice),
    "payment_intent.": Handler(gifts.fetch_payment_intent, gifts.apply_payment_intent),
}
# Types after which there is something new in the feed.
WAKING = ("charge.", "refund.", "payout.", "balance.", "transfer.")


def find_handler(event_type: str) -> Handler | None:
    """The handler with the longest prefix of `event_type`; None if nothing is to be done."""
    prefixes = [prefix for prefix in HANDLERS if event_type.startswith(prefix)]
    return HANDLERS[max(prefixes, key=len)] if prefixes else None
