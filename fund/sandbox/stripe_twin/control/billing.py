"""Monthly gifts: a month passes, a card refuses, a bank sends a new card."""

from flask import Response

from ..api import world
from ..billing import cycle
from ..cards import DECLINE_MESSAGES
from ..errors import StripeError
from ..expand import expanded
from ..params import choice, integer, text
from ..resources import payment_methods
from .surface import asked_for, bp, done, scope_of


@bp.post("/next_month")
def next_month() -> Response:
    """The next payment's day comes now, and its invoice is asked for at once."""
    asked = asked_for(required=("subscription",), subscription=text())
    with world().store.transaction():
        scope = scope_of(asked["subscription"], "subscription")
        doc = scope.get("subscription", asked["subscription"], param="subscription")
        if doc["_is_ended"]:
            raise StripeError("This subscription has ended.", param="subscription")
        body = expanded(scope, cycle.bring_forward(scope, doc), ["latest_invoice"])
    return done(body)


@bp.post("/next_try")
def next_try() -> Response:
    """A draft is finalized or a failed payment tried again now instead of on its day."""
    asked = asked_for(required=("invoice",), invoice=text())
    with world().store.transaction():
        scope = scope_of(asked["invoice"], "invoice")
        invoice = scope.get("invoice", asked["invoice"], param="invoice")
        if invoice["_due_at"] is None:
            raise StripeError("Nothing more is tried for this invoice.", param="invoice")
        cycle.step(scope, invoice, at=scope.now)
        body = expanded(scope, invoice, [])
    return done(body)


@bp.post("/card_refuses")
def card_refuses() -> Response:
    """From now on a kept card is declined by this code, or (`none`) as its number says."""
    asked = asked_for(
        required=("payment_method", "decline_code"),
        payment_method=text(),
        decline_code=choice("none", *DECLINE_MESSAGES),
    )
    with world().store.transaction():
        scope = scope_of(asked["payment_method"], "payment_method")
        method = scope.get("payment_method", asked["payment_method"], param="payment_method")
        code = asked["decline_code"]
        scope.change(method, _refuses=None if code == "none" else code)
        body = expanded(scope, method, [])
    return done(body)


@bp.post("/card_renewed")
def card_renewed() -> Response:
    """The bank sent the donor a new card, and the network told Stripe."""
    asked = asked_for(
        required=("payment_method", "exp_month", "exp_year"),
        payment_method=text(),
        exp_month=integer(1, 12),
        exp_year=integer(1970, 2100),
    )
    with world().store.transaction():
        scope = scope_of(asked["payment_method"], "payment_method")
        method = scope.get("payment_method", asked["payment_method"], param="payment_method")
        dates = {"exp_month": asked["exp_month"], "exp_year": asked["exp_year"]}
        payment_methods.renew(scope, method, "payment_method.automatically_updated", card=dates)
        body = expanded(scope, method, [])
    return done(body)
