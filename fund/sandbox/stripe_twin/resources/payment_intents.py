"""Payment intents; Checkout makes one when the donor first tries to pay."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint

from ..api import operation
from ..ids import new_id
from ..listing import PAGING_BY_TIME, given, listed
from ..params import text
from ..scope import Scope
from ..state import Doc

bp = Blueprint("payment_intents", __name__)


def new_payment_intent(
    scope: Scope,
    *,
    amount: int,
    currency: str,
    customer: str | None,
    methods: Sequence[str],
    data: Mapping[str, Any],
) -> Doc:
    """`data` is what Checkout calls payment_intent_data."""
    intent_id = new_id("pi")
    intent = scope.put(
        {
            "id": intent_id,
            "object": "payment_intent",
            "amount": amount,
            "amount_capturable": 0,
            "amount_received": 0,
            "application": None,
            "application_fee_amount": None,
            "automatic_payment_methods": None,
            "canceled_at": None,
            "cancellation_reason": None,
            "capture_method": data.get("capture_method", "automatic_async"),
            "client_secret": f"{intent_id}_{new_id('secret')}",
            "confirmation_method": "automatic",
            "created": scope.now,
            "currency": currency,
            "customer": customer,
            "description": data.get("description"),
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": False,
            "metadata": data.get("metadata", {}),
            "next_action": None,
            "on_behalf_of": None,
            "payment_method": None,
            "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
            "payment_method_types": list(methods),
            "processing": None,
            "receipt_email": data.get("receipt_email"),
            "review": None,
            "setup_future_usage": data.get("setup_future_usage"),
            "shipping": None,
            "statement_descriptor": data.get("statement_descriptor"),
            "statement_descriptor_suffix": data.get("statement_descriptor_suffix"),
            "status": "requires_payment_method",
            "transfer_data": None,
            "transfer_group": None,
        }
    )
    scope.emit("payment_intent.created", intent)
    return intent


def cancel_payment_intent(scope: Scope, intent: Doc, *, reason: str) -> Doc:
    return scope.change(
        intent,
        "payment_intent.canceled",
        status="canceled",
        canceled_at=scope.now,
        cancellation_reason=reason,
        next_action=None,
    )


@bp.get("/v1/payment_intents/<intent>")
@operation(client_secret=text())
def retrieve(scope: Scope, _params: Doc, intent: str) -> Doc:
    return scope.get("payment_intent", intent, param="intent")


@bp.get("/v1/payment_intents")
@operation(customer=text(), **PAGING_BY_TIME)
def list_(scope: Scope, params: Doc) -> Doc:
    filters = given(params, "customer")
    return listed(scope, "payment_intent", "/v1/payment_intents", params, filters=filters)
