"""What happens when a donor pays on the hosted page, from the first try to the last event."""

import secrets
from dataclasses import replace

from .billing.start import start
from .cards import DECLINE_MESSAGES, Card, card_of
from .errors import StripeError
from .resources import charges, checkout_sessions
from .resources.customers import new_customer
from .resources.payment_intents import new_payment_intent
from .resources.payment_methods import Payer, attach, new_bank_account, new_card, new_promptpay
from .scope import Scope, shown
from .state import Doc

LATE_SECONDS = 1
_FIRST_OF_MANY = {"description": "Subscription creation", "setup_future_usage": "off_session"}
_CHALLENGE = {
    "authentication_flow": "challenge",
    "electronic_commerce_indicator": "05",
    "exemption_indicator": None,
    "result": "authenticated",
    "result_reason": None,
    "version": "2.2.0",
}


def is_open(session: Doc, now: int) -> bool:
    return bool(session["status"] == "open" and session["expires_at"] > now)


def intent_of(scope: Scope, session: Doc) -> Doc | None:
    """What was begun in this session: a payment (a subscription's is not named), or a setup."""
    return scope.find(
        session["payment_intent"]
        or session.get("_first_intent")
        or session["setup_intent"]
        or session.get("_kept_by")
    )


def pay_by_card(scope: Scope, session: Doc, payer: Payer, card: Card) -> Doc:
    """Try a card, and return the payment intent as the try left it.

    `succeeded`; `requires_action` (the challenge is open); or `requires_payment_method`
    with `last_payment_error`, and the session stays open for another try.
    """
    intent = _begin(scope, session, payer)
    method = new_card(scope, card, payer)
    if card.outcome == "challenge":
        return scope.change(
            intent,
            "payment_intent.requires_action",
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
    if card.outcome == "succeed":
        return _succeed(scope, session, intent, method)
    error = decline_error(card.outcome, card.decline_code or card.outcome)
    return decline(scope, intent, method, error)


def finish_challenge(scope: Scope, session: Doc, *, is_passed: bool) -> Doc:
    """The donor answered the bank's question; returns the payment intent."""
    intent = intent_of(scope, session)
    if intent is None or intent["status"] != "requires_action" or is_qr_open(intent):
        raise StripeError("No authentication is open for this payment.")
    method = scope.get("payment_method", intent["payment_method"], param="payment_method")
    if is_passed:
        secure = {**_CHALLENGE, "transaction_id": secrets.token_hex(8)}
        return _succeed(scope, session, intent, method, three_d_secure=secure)
    error = StripeError(
        "We are unable to authenticate your payment method. Please choose a different payment"
        " method and try again.",
        kind="invalid_request_error",
        code="payment_intent_authentication_failure",
    )
    return _refuse(scope, intent, method, error, charge_id=None)


def show_qr(scope: Scope, session: Doc, payer: Payer) -> Doc:
    """A PromptPay QR for the whole amount; returns the intent, which waits for the scan."""
    if "promptpay" not in session["payment_method_types"]:
        raise StripeError("This session does not take PromptPay.", param="session_id")
    intent = _begin(scope, session, payer)
    method = new_promptpay(scope, payer)
    page = f"{scope.base_url}/c/promptpay/{session['id']}"
    return scope.change(
        intent,
        "payment_intent.requires_action",
        status="requires_action",
        payment_method=method["id"],
        next_action={
            "type": "promptpay_display_qr_code",
            "promptpay_display_qr_code": {
                "data": f"practice-promptpay:{intent['id']}",
                "hosted_instructions_url": page,
                "image_url_png": f"{page}/qr.png",
                "image_url_svg": f"{page}/qr.svg",
            },
        },
    )


def finish_qr(scope: Scope, session: Doc, *, is_paid: bool) -> Doc:
    """The QR was paid from a bank's app, or it ran out; returns the payment intent."""
    intent = scope.find(session["payment_intent"])
    if intent is None or not is_qr_open(intent):
        raise StripeError("No QR is open for this payment.", param="session_id")
    method = scope.get("payment_method", intent["payment_method"], param="payment_method")
    if is_paid:
        return _succeed(scope, session, intent, method)
    error = StripeError(
        "The latest payment attempt for this PaymentIntent has expired.",
        code="payment_intent_payment_attempt_expired",
    )
    return _refuse(scope, intent, method, error, charge_id=None)


def is_qr_open(intent: Doc) -> bool:
    action = intent["next_action"] or {}
    return action.get("type") == "promptpay_display_qr_code"


def pay_by_bank(scope: Scope, session: Doc, payer: Payer) -> Doc:
    """A debit that the bank confirms days later: the session completes, unpaid."""
    intent = _begin(scope, session, payer)
    method = new_bank_account(scope, payer)
    charge = charges.new_charge(scope, intent, method, status="pending")
    scope.emit("charge.pending", charge)
    scope.change(
        intent,
        "payment_intent.processing",
        status="processing",
        payment_method=method["id"],
        latest_charge=charge["id"],
    )
    checkout_sessions.complete(scope, session, payment_status="unpaid")
    return intent


def finish_bank_payment(scope: Scope, session: Doc, *, is_paid: bool) -> Doc:
    """The bank answered at last; returns the payment intent."""
    intent = scope.find(session["payment_intent"])
    if intent is None or intent["status"] != "processing":
        raise StripeError("This session has no payment in process.", param="session_id")
    charge = scope.get("charge", intent["latest_charge"], param="charge")
    if is_paid:
        scope.change(charge, status="succeeded", paid=True)
        _settle(scope, charge)
        scope.change(
            intent,
            "payment_intent.succeeded",
            status="succeeded",
            amount_received=intent["amount"],
        )
        scope.change(session, "checkout.session.async_payment_succeeded", payment_status="paid")
        return intent
    error = StripeError(
        "The bank refused the debit.", kind="card_error", code="debit_not_authorized"
    )
    scope.change(
        charge,
        "charge.failed",
        status="failed",
        failure_code=error.code,
        failure_message=error.message,
    )
    method = scope.get("payment_method", intent["payment_method"], param="payment_method")
    _refuse(scope, intent, method, error, charge_id=charge["id"])
    scope.emit("checkout.session.async_payment_failed", session)
    return intent


def settle_late(scope: Scope, charge_id: str) -> None:
    """Book a charge that was announced without its balance transaction.

    The line bears the charge's own time, so it appears behind younger ones.
    """
    charge = scope.get("charge", charge_id, param="charge")
    charges.settle(replace(scope, now=charge["created"]), charge)
    scope.emit("charge.updated", charge, previous={"balance_transaction": None})


def _begin(scope: Scope, session: Doc, payer: Payer) -> Doc:
    """The session's payment intent, made at the first try; keeps what the donor typed."""
    if not is_open(session, scope.now):
        raise StripeError("This Checkout Session is no longer open.", param="session_id")
    session["customer_details"] = checkout_sessions.customer_details(payer.email, payer.name)
    if session["customer"] is None and session["customer_creation"] == "always":
        customer = new_customer(scope, {"email": payer.email, "name": payer.name})
        session["customer"] = customer["id"]
    intent = intent_of(scope, session)
    if intent is None:
        is_first = session["mode"] == "subscription"
        intent = new_payment_intent(
            scope,
            amount=session["amount_total"],
            currency=session["currency"],
            customer=session["customer"],
            methods=session["payment_method_types"],
            data=_FIRST_OF_MANY if is_first else session["_payment_intent_data"],
        )
        # The session of a subscription names its invoice, never the intent.
        session["_first_intent" if is_first else "payment_intent"] = intent["id"]
    scope.put(session)
    return intent


def _succeed(
    scope: Scope, session: Doc, intent: Doc, method: Doc, *, three_d_secure: Doc | None = None
) -> Doc:
    if session["customer"] is not None and intent["setup_future_usage"] is not None:
        attach(scope, method, session["customer"])
    charge_by(scope, intent, method, three_d_secure=three_d_secure)
    country = method["billing_details"]["address"]["country"]
    details = session["customer_details"]
    session["customer_details"] = checkout_sessions.customer_details(
        details["email"], details["name"], country
    )
    if session["mode"] == "subscription":
        start(scope, session, intent, method)
    checkout_sessions.complete(scope, session, payment_status="paid")
    return intent


def charge_by(scope: Scope, intent: Doc, method: Doc, *, three_d_secure: Doc | None = None) -> Doc:
    """Charge the whole intent; returns it, succeeded."""
    charge = charges.new_charge(
        scope, intent, method, status="succeeded", three_d_secure=three_d_secure
    )
    _settle(scope, charge)
    return scope.change(
        intent,
        "payment_intent.succeeded",
        status="succeeded",
        amount_received=intent["amount"],
        payment_method=method["id"],
        latest_charge=charge["id"],
        last_payment_error=None,
        next_action=None,
    )


def decline_error(code: str, decline_code: str) -> StripeError:
    """What a bank's no is to the API."""
    return StripeError(
        DECLINE_MESSAGES[decline_code],
        status=402,
        kind="card_error",
        code=code,
        decline_code=decline_code,
    )


def decline(scope: Scope, intent: Doc, method: Doc, error: StripeError) -> Doc:
    """A try that failed: its charge stays, and the intent asks for another method."""
    charge = charges.new_charge(scope, intent, method, status="failed", error=error)
    scope.emit("charge.failed", charge)
    return _refuse(scope, intent, method, error, charge_id=charge["id"])


def _settle(scope: Scope, charge: Doc) -> None:
    if scope.store.switches()["late_balance_transaction"] and not scope.is_quiet:
        due_at = scope.clock() + LATE_SECONDS
        scope.store.add_errand(scope.account.id, due_at, "settle", charge["id"])
    else:
        charges.settle(scope, charge)
    scope.emit("charge.succeeded", charge)
    then = card_of(charge).then
    if then is not None and not scope.is_quiet:
        scope.store.add_errand(scope.account.id, scope.clock() + LATE_SECONDS, then, charge["id"])


def _refuse(
    scope: Scope, intent: Doc, method: Doc, error: StripeError, *, charge_id: str | None
) -> Doc:
    """Back to the start: another method is asked for, and the reason is kept."""
    problem = {**error.body()["error"], "payment_method": shown(method)}
    if charge_id is not None:
        problem["charge"] = charge_id
    return scope.change(
        intent,
        "payment_intent.payment_failed",
        status="requires_payment_method",
        payment_method=None,
        latest_charge=charge_id or intent["latest_charge"],
        last_payment_error=problem,
        next_action=None,
    )
