"""How a subscription ends, by whomever."""

from ..scope import Scope
from ..state import Doc
from . import invoices, subscriptions


def end(scope: Scope, subscription: Doc, *, reason: str, at: int, **details: str) -> Doc:
    """Cancel for good; nothing unpaid is asked for again by itself."""
    subscription.update(
        cancel_at_period_end=False,
        canceled_at=subscription["canceled_at"] or at,
        cancellation_details={
            **subscription["cancellation_details"],
            **details,
            "reason": reason,
        },
        ended_at=at,
        status="canceled",
    )
    subscriptions.save(scope, subscription, subscriptions.item_of(subscription))
    for invoice in invoices.list_unpaid_of(scope, subscription["id"]):
        scope.change(
            invoice,
            "invoice.updated",
            auto_advance=False,
            automatically_finalizes_at=None,
            next_payment_attempt=None,
            _due_at=None,
        )
    scope.emit("customer.subscription.deleted", subscription)
    return subscription
