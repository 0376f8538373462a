"""Checkout sessions, mode payment."""

from flask import Blueprint

from ..api import operation
from ..errors import StripeError
from ..ids import new_id
from ..listing import PAGING, PAGING_BY_TIME, given, listed
from ..money import EXPONENT, MAXIMUM, formatted, minimum
from ..params import (
    boolean,
    choice,
    email,
    fields,
    integer,
    items,
    metadata,
    refusal,
    text,
    web_address,
)
from ..scope import Scope
from ..state import Doc
from .customers import get_customer, merged
from .products import new_price, new_product

bp = Blueprint("checkout_sessions", __name__)

_LONGEST_SECONDS = 24 * 3600
_SHORTEST_SECONDS = 30 * 60

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
_MESSAGE = fields(required=("message",), message=text(1200))


@bp.post("/v1/checkout/sessions")
@operation(
    required=("mode", "success_url", "line_items"),
    adaptive_pricing=fields(enabled=boolean),
    billing_address_collection=choice("auto", "required"),
    cancel_url=web_address,
    client_reference_id=text(200),
    customer=text(),
    customer_creation=choice("always", "if_required"),
    customer_email=email,
    custom_text=fields(submit=_MESSAGE, after_submit=_MESSAGE),
    expires_at=integer(),
    line_items=items(
        fields(
            required=("price_data", "quantity"),
            metadata=metadata,
            price_data=_PRICE,
            quantity=integer(1, 999_999),
        )
    ),
    locale=choice("auto", "en", "en-GB", "th"),
    metadata=metadata,
    mode=choice("payment"),
    payment_intent_data=_PAYMENT_INTENT,
    payment_method_types=items(choice("card", "nz_bank_account"), at_most=2),
    submit_type=choice("auto", "book", "donate", "pay"),
    success_url=web_address,
    ui_mode=choice("hosted_page"),
)
def create(scope: Scope, params: Doc) -> Doc:
    return new_session(scope, params)


def new_session(scope: Scope, params: Doc) -> Doc:
    if "customer" in params and "customer_email" in params:
        raise StripeError(
            "You may only specify one of these parameters: customer, customer_email.",
            param="customer_email",
        )
    customer = None
    if "customer" in params:
        customer = get_customer(scope, params["customer"], param="customer")
    _check_expiry(scope, params)
    currency, total = _check_amounts(scope, params["line_items"])
    lines = [_line(scope, line) for line in params["line_items"]]
    session_id = new_id("cs_test", 58)
    document = _document(params, session_id, currency, total)
    document |= {
        "created": scope.now,
        "customer": customer["id"] if customer else None,
        "customer_details": _prefilled(customer, params.get("customer_email")),
        "expires_at": params.get("expires_at", scope.now + _LONGEST_SECONDS),
        "url": f"{scope.base_url}/c/pay/{session_id}",
        "_line_items": lines,
        "_payment_intent_data": {
            **params.get("payment_intent_data", {}),
            "metadata": merged({}, params.get("payment_intent_data", {}).get("metadata", {})),
        },
    }
    return scope.put(document)


def expire(scope: Scope, session: Doc) -> Doc:
    """Close an open session, and the payment that was begun in it."""
    if session["status"] != "open":
        raise StripeError(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout'
            f" Session has a status of {session['status']}."
        )
    intent = scope.find(session["payment_intent"])
    if intent is not None:
        scope.change(
            intent,
            "payment_intent.canceled",
            status="canceled",
            canceled_at=scope.now,
            cancellation_reason="expired",
            next_action=None,
        )
    return scope.change(session, "checkout.session.expired", status="expired", url=None)


def complete(scope: Scope, session: Doc, *, payment_status: str) -> Doc:
    return scope.change(
        session,
        "checkout.session.completed",
        status="complete",
        payment_status=payment_status,
        url=None,
    )


def _check_expiry(scope: Scope, params: Doc) -> None:
    lasts = params.get("expires_at", scope.now + _LONGEST_SECONDS) - scope.now
    # Stripe allows a little for clocks that differ.
    if not _SHORTEST_SECONDS - 60 <= lasts <= _LONGEST_SECONDS + 60:
        raise StripeError(
            "The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from"
            " Checkout Session creation.",
            param="expires_at",
        )


def _check_amounts(scope: Scope, lines: list[Doc]) -> tuple[str, int]:
    """Currency and total, within what Stripe would charge."""
    if not lines:
        raise refusal("At least one line item is required.", "line_items")
    currencies = {line["price_data"]["currency"].lower() for line in lines}
    currency = currencies.pop()
    if currencies or currency not in EXPONENT:
        raise refusal(
            f"Invalid currency: {currency}. All lines share one supported currency.",
            "line_items[0][price_data][currency]",
        )
    total = sum(line["price_data"]["unit_amount"] * line["quantity"] for line in lines)
    least = minimum(currency, scope.account.currency)
    if total < least:
        raise StripeError(
            "The Checkout Session's total amount due must add up to at least"
            f" {formatted(least, currency)} {currency}",
            code="amount_too_small",
        )
    if total > MAXIMUM:
        raise StripeError(
            "The Checkout Session's total amount due must be no more than"
            f" {formatted(MAXIMUM, currency)} {currency}",
            code="amount_too_large",
        )
    if EXPONENT[currency] == 3 and total % 10:
        raise StripeError(
            f"Invalid amount: {currency} amounts must end in 0.",
            code="parameter_invalid_integer",
            param="line_items[0][price_data][unit_amount]",
        )
    return currency, total


def _line(scope: Scope, line: Doc) -> Doc:
    given_price = line["price_data"]
    if "product" in given_price:
        product = scope.get(
            "product", given_price["product"], param="line_items[0][price_data][product]"
        )
    elif "product_data" in given_price:
        product = new_product(scope, {**given_price["product_data"], "active": False})
    else:
        raise StripeError(
            "You must specify either `product` or `product_data` when creating a price.",
            param="line_items[0][price_data]",
        )
    currency = given_price["currency"].lower()
    price = new_price(
        scope, product=product["id"], currency=currency, unit_amount=given_price["unit_amount"]
    )
    amount = given_price["unit_amount"] * line["quantity"]
    return {
        "id": new_id("li"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": currency,
        "description": product["name"],
        "metadata": line.get("metadata", {}),
        "price": price,
        "quantity": line["quantity"],
    }


def _prefilled(customer: Doc | None, address: str | None) -> Doc | None:
    if customer is None and address is None:
        return None
    return customer_details(
        customer["email"] if customer else address, customer["name"] if customer else None
    )


def customer_details(address: str | None, name: str | None, country: str | None = None) -> Doc:
    where = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {
        "address": {**where, "country": country} if country else None,
        "business_name": None,
        "email": address,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def _document(params: Doc, session_id: str, currency: str, total: int) -> Doc:
    return {
        "id": session_id,
        "object": "checkout.session",
        "adaptive_pricing": params.get("adaptive_pricing", {"enabled": True}),
        "after_expiration": None,
        "allow_promotion_codes": None,
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": params.get("billing_address_collection"),
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "currency": currency,
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": {
            **dict.fromkeys(("after_submit", "shipping_address", "submit")),
            "terms_of_service_acceptance": None,
            **params.get("custom_text", {}),
        },
        "customer_account": None,
        "customer_creation": params.get("customer_creation", "if_required"),
        "customer_email": params.get("customer_email"),
        "discounts": [],
        "invoice": None,
        "invoice_creation": None,
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": merged({}, params.get("metadata", {})),
        "mode": "payment",
        "origin_context": None,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required",
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": params.get("payment_method_types", ["card"]),
        "payment_status": "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": params.get("submit_type"),
        "subscription": None,
        "success_url": params["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "wallet_options": None,
    }


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
    **PAGING_BY_TIME,
)
def list_(scope: Scope, params: Doc) -> Doc:
    filters = given(params, "customer", "payment_intent", "status")
    return listed(scope, "checkout.session", "/v1/checkout/sessions", params, filters=filters)
