"""Asking a saved card for an invoice, and what follows when it says no.

The account's settings are those that the fund's setup asks for: try again after 3, 5 and 7 days,
then cancel (Stripe page "Automatic payment retries").
"""

from ..cards import CARDS
from ..errors import StripeError
from ..payments import charge_by, decline, decline_error
from ..scope import Scope
from ..state import Doc
from . import ending, invoices, subscriptions

RETRY_DAYS = (3, 5, 7)
_DAY_SECONDS = 86_400


def attempt(
    scope: Scope, invoice: Doc, *, at: int, method: Doc | None = None, is_automatic: bool
) -> StripeError | None:
    """Ask for an open invoice's money; returns why not, and what was tried stays recorded."""
    subscription = _subscription_of(scope, invoice)
    method = method or _method_of(scope, subscription)
    payment = invoices.find_payment(scope, invoice)
    if payment is None:
        raise StripeError("This invoice has no payment to make.", param="invoice")
    intent = scope.get("payment_intent", payment["payment"]["payment_intent"], param="intent")
    if method is None:
        error = _no_method()
    else:
        refused = _refused_by(method)
        if refused is None:
            charge_by(scope, intent, method)
            invoices.mark_paid(scope, invoice, at=at)
            _catch_up(scope, subscription, invoice)
            return None
        error = refused
        decline(scope, intent, method, error)
    _fail(scope, invoice, subscription, at=at, is_automatic=is_automatic)
    return error


def forgive(scope: Scope, invoice: Doc, *, at: int) -> Doc:
    """Void an open invoice; a subscription that waited for it is active again."""
    invoices.void(scope, invoice, at=at)
    _catch_up(scope, _subscription_of(scope, invoice), invoice)
    return invoice


def _catch_up(scope: Scope, subscription: Doc, invoice: Doc) -> None:
    """Its newest invoice is settled, so a subscription is behind no longer."""
    if subscription["status"] == "past_due" and subscription["latest_invoice"] == invoice["id"]:
        subscriptions.change(scope, subscription, status="active")


def _fail(scope: Scope, invoice: Doc, subscription: Doc, *, at: int, is_automatic: bool) -> None:
    tries = invoice.get("_tries", 0) + is_automatic
    following = invoice["next_payment_attempt"]
    if is_automatic:
        is_last = tries > len(RETRY_DAYS)
        following = None if is_last else at + RETRY_DAYS[tries - 1] * _DAY_SECONDS
    scope.change(
        invoice,
        "invoice.payment_failed",
        attempt_count=invoice["attempt_count"] + 1,
        attempted=True,
        next_payment_attempt=following,
        _due_at=following,
        _tries=tries,
    )
    if subscription["_is_ended"]:
        return
    if following is None and is_automatic:
        ending.end(scope, subscription, reason="payment_failed", at=at)
    elif subscription["latest_invoice"] == invoice["id"]:
        subscriptions.change(scope, subscription, status="past_due")


def _no_method() -> StripeError:
    return StripeError(
        "There is no default payment method set on this Customer or Subscription. Please"
        " provide a payment method to pay this invoice."
    )


def _refused_by(method: Doc) -> StripeError | None:
    """Why this card would not pay with nobody there to be asked."""
    if method.get("_refuses"):
        return decline_error("card_declined", method["_refuses"])
    card = CARDS[method["_number"]]
    if card.asks_each_time:
        return decline_error("authentication_required", "authentication_required")
    if card.outcome in ("succeed", "challenge"):
        return None
    return decline_error(card.outcome, card.decline_code or card.outcome)


def _subscription_of(scope: Scope, invoice: Doc) -> Doc:
    subscription_id = invoice["parent"]["subscription_details"]["subscription"]
    return scope.get("subscription", subscription_id, param="subscription")


def _method_of(scope: Scope, subscription: Doc) -> Doc | None:
    """The subscription's own method comes before the customer's."""
    own = scope.find(subscription["default_payment_method"])
    if own is not None and own["customer"] is not None:
        return own
    customer = scope.get("customer", subscription["customer"], param="customer")
    return scope.find(customer["invoice_settings"]["default_payment_method"])
