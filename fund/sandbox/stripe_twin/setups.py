"""What happens when a donor keeps a card on the hosted page, without a payment."""

from .billing import start
from .cards import Card
from .errors import StripeError
from .payments import decline_error, is_open
from .resources import checkout_sessions
from .resources.payment_methods import Payer, attach, new_card
from .scope import Scope, shown
from .state import Doc


def set_up_by_card(scope: Scope, session: Doc, payer: Payer, card: Card) -> Doc:
    """Try to keep a card, and return the setup intent as the try left it."""
    if not is_open(session, scope.now):
        raise StripeError("This Checkout Session is no longer open.", param="session_id")
    intent = _intent_of(scope, session)
    session["customer_details"] = checkout_sessions.customer_details(
        payer.email, payer.name, card.country
    )
    scope.put(session)
    method = new_card(scope, card, payer)
    if card.outcome == "challenge":
        return scope.change(
            intent,
            "setup_intent.requires_action",
            status="requires_action",
            payment_method=method["id"],
            next_action={
                "type": "redirect_to_url",
                "redirect_to_url": {
                    "return_url": session["success_url"],
                    "url": f"{scope.base_url}/c/3ds/{session['id']}",
                },
            },
        )
    if card.outcome == "succeed" or card.is_saved:
        return _keep(scope, session, intent, method)
    return _refuse(
        scope, intent, method, decline_error(card.outcome, card.decline_code or card.outcome)
    )


def finish_challenge(scope: Scope, session: Doc, *, is_passed: bool) -> Doc:
    """The donor answered the bank's question; returns the setup intent."""
    intent = _intent_of(scope, session)
    if intent["status"] != "requires_action":
        raise StripeError("No authentication is open for this card.")
    method = scope.get("payment_method", intent["payment_method"], param="payment_method")
    if is_passed:
        return _keep(scope, session, intent, method)
    error = StripeError(
        "The latest attempt to set up the payment method has failed because authentication failed.",
        code="setup_intent_authentication_failure",
    )
    return _refuse(scope, intent, method, error)


def _intent_of(scope: Scope, session: Doc) -> Doc:
    """A subscription that begins later keeps a card as setup mode does, but does not name it."""
    intent_id = session["setup_intent"] or session["_kept_by"]
    return scope.get("setup_intent", intent_id, param="setup_intent")


def _keep(scope: Scope, session: Doc, intent: Doc, method: Doc) -> Doc:
    if session["customer"] is not None:
        attach(scope, method, session["customer"])
    scope.change(
        intent,
        "setup_intent.succeeded",
        last_setup_error=None,
        next_action=None,
        payment_method=method["id"],
        status="succeeded",
    )
    if session["mode"] == "subscription":
        start.start_later(scope, session, method)
    checkout_sessions.complete(scope, session, payment_status="no_payment_required")
    return intent


def _refuse(scope: Scope, intent: Doc, method: Doc, error: StripeError) -> Doc:
    return scope.change(
        intent,
        "setup_intent.setup_failed",
        last_setup_error={**error.body()["error"], "payment_method": shown(method)},
        next_action=None,
        payment_method=None,
        status="requires_payment_method",
    )
