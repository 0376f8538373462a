"""Checkout sessions: a payment, a subscription's first one, or a card kept for later."""

from flask import Blueprint

from ...api import operation
from ...billing import subscriptions
from ...errors import StripeError
from ...ids import new_id
from ...listing import PAGING, PAGING_BY_TIME, given, listed
from ...params import (
    boolean,
    choice,
    email,
    fields,
    integer,
    items,
    merged,
    metadata,
    text,
    web_address,
)
from ...scope import Scope
from ...state import Doc
from ..payment_intents import cancel_payment_intent
from ..products import RECURRING
from ..setup_intents import new_setup_intent
from .checks import (
    LONGEST_SECONDS,
    check_amounts,
    check_expiry,
    check_mode,
    check_trial,
    methods_for,
)
from .documents import customer_details, new_document, new_line, prefilled, priced_lines

__all__ = ["bp", "complete", "customer_details", "expire", "new_session"]

bp = Blueprint("checkout_sessions", __name__)

_PRICE = fields(
    required=("currency", "unit_amount"),
    currency=text(3),
    product=text(),
    product_data=fields(
        required=("name",),
        description=text(40_000),
        images=items(web_address, at_most=8),
        metadata=metadata,
        name=text(),
        unit_label=text(12),
    ),
    recurring=RECURRING,
    unit_amount=integer(0),
)
_PAYMENT_INTENT = fields(
    capture_method=choice("automatic", "automatic_async"),
    description=text(1000),
    metadata=metadata,
    receipt_email=email,
    setup_future_usage=choice("off_session", "on_session"),
    statement_descriptor=text(22),
    statement_descriptor_suffix=text(22),
)
_SUBSCRIPTION = fields(
    billing_mode=fields(required=("type",), type=choice("classic", "flexible")),
    description=text(500),
    metadata=metadata,
    trial_end=integer(),
)
_MESSAGE = fields(required=("message",), message=text(1200))


@bp.post("/v1/checkout/sessions")
@operation(
    required=("mode", "success_url"),
    adaptive_pricing=fields(enabled=boolean),
    allowed_payment_method_types=items(
        choice("card", "link", "nz_bank_account", "promptpay"), at_most=4
    ),
    billing_address_collection=choice("auto", "required"),
    cancel_url=web_address,
    client_reference_id=text(200),
    currency=text(3),
    customer=text(),
    customer_creation=choice("always", "if_required"),
    customer_email=email,
    custom_text=fields(submit=_MESSAGE, after_submit=_MESSAGE),
    expires_at=integer(),
    line_items=items(
        fields(
            required=("quantity",),
            metadata=metadata,
            price=text(),
            price_data=_PRICE,
            quantity=integer(1, 999_999),
        )
    ),
    locale=choice("auto", "en", "en-GB", "th"),
    metadata=metadata,
    mode=choice("payment", "setup", "subscription"),
    payment_intent_data=_PAYMENT_INTENT,
    setup_intent_data=fields(description=text(1000), metadata=metadata),
    submit_type=choice("auto", "book", "donate", "pay", "subscribe"),
    subscription_data=_SUBSCRIPTION,
    success_url=web_address,
    ui_mode=choice("hosted_page"),
)
def create(scope: Scope, params: Doc) -> Doc:
    return new_session(scope, params)


def new_session(scope: Scope, params: Doc) -> Doc:
    """An open session, its page at `url`."""
    if "line_items" in params:
        params = {**params, "line_items": priced_lines(scope, params["line_items"])}
    check_mode(params)
    customer = None
    if "customer" in params:
        customer = scope.get("customer", params["customer"], param="customer")
    check_expiry(scope, params)
    session_id = new_id("cs_test", 58)
    document = new_document(params, session_id)
    document["payment_method_types"] = methods_for(scope, params)
    document |= {
        "created": scope.now,
        "customer": customer["id"] if customer else None,
        "customer_details": prefilled(customer, params.get("customer_email")),
        "expires_at": params.get("expires_at", scope.now + LONGEST_SECONDS),
        "url": f"{scope.base_url}/c/pay/{session_id}",
    }
    if params["mode"] == "setup":
        intent = new_setup_intent(scope, document["customer"], params.get("setup_intent_data", {}))
        document |= {"setup_intent": intent["id"], "_line_items": []}
        return scope.put(document)
    currency, total = check_amounts(scope, params["line_items"])
    if customer is not None and params["mode"] == "subscription":
        subscriptions.check_currency(scope, customer, currency)
    lines = [new_line(scope, line) for line in params["line_items"]]
    if "trial_end" in params.get("subscription_data", {}):  # nothing is due yet: a card is kept
        check_trial(scope, customer, params["subscription_data"]["trial_end"])
        total = 0
        document["_kept_by"] = new_setup_intent(scope, document["customer"], {})["id"]
    document |= {
        "amount_subtotal": total,
        "amount_total": total,
        "currency": currency,
        "_line_items": lines,
        "_payment_intent_data": _with_metadata(params, "payment_intent_data"),
        "_subscription_data": _with_metadata(params, "subscription_data"),
    }
    return scope.put(document)


def expire(scope: Scope, session: Doc) -> Doc:
    """Close an open session, and the payment that was begun in it."""
    if session["status"] != "open":
        raise StripeError(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout'
            f" Session has a status of {session['status']}."
        )
    intent = scope.find(session["payment_intent"] or session.get("_first_intent"))
    if intent is not None:
        cancel_payment_intent(scope, intent, reason="expired")
    return scope.change(session, "checkout.session.expired", status="expired", url=None)


def complete(scope: Scope, session: Doc, *, payment_status: str) -> Doc:
    return scope.change(
        session,
        "checkout.session.completed",
        status="complete",
        payment_status=payment_status,
        url=None,
    )


def _with_metadata(params: Doc, name: str) -> Doc:
    data = params.get(name, {})
    return {**data, "metadata": merged({}, data.get("metadata", {}))}


@bp.get("/v1/checkout/sessions/<session>")
@operation()
def retrieve(scope: Scope, _params: Doc, session: str) -> Doc:
    return scope.get("checkout.session", session, param="session")


@bp.post("/v1/checkout/sessions/<session>/expire")
@operation()
def expire_(scope: Scope, _params: Doc, session: str) -> Doc:
    return expire(scope, scope.get("checkout.session", session, param="session"))


@bp.get("/v1/checkout/sessions/<session>/line_items")
@operation(**PAGING)
def list_line_items(scope: Scope, params: Doc, session: str) -> Doc:
    """A session has few lines, so they come on one page unless fewer are asked for."""
    lines = scope.get("checkout.session", session, param="session")["_line_items"]
    limit = params.get("limit", 10)
    return {
        "object": "list",
        "data": lines[:limit],
        "has_more": len(lines) > limit,
        "url": f"/v1/checkout/sessions/{session}/line_items",
    }


@bp.get("/v1/checkout/sessions")
@operation(
    customer=text(),
    payment_intent=text(),
    status=choice("complete", "expired", "open"),
    subscription=text(),
    **PAGING_BY_TIME,
)
def list_(scope: Scope, params: Doc) -> Doc:
    filters = given(params, "customer", "payment_intent", "status", "subscription")
    return listed(scope, "checkout.session", "/v1/checkout/sessions", params, filters=filters)
