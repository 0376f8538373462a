"""Setup intents: a card is kept for later, and nothing is charged."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint

from ..api import operation
from ..ids import new_id
from ..listing import PAGING_BY_TIME, given, listed
from ..params import merged, text
from ..scope import Scope
from ..state import Doc

bp = Blueprint("setup_intents", __name__)


def new_setup_intent(scope: Scope, customer: str | None, data: Mapping[str, Any]) -> Doc:
    """`data` is what Checkout calls setup_intent_data."""
    intent_id = new_id("seti")
    intent = scope.put(
        {
            "id": intent_id,
            "object": "setup_intent",
            "application": None,
            "automatic_payment_methods": None,
            "cancellation_reason": None,
            "client_secret": f"{intent_id}_{new_id('secret')}",
            "created": scope.now,
            "customer": customer,
            "description": data.get("description"),
            "flow_directions": None,
            "last_setup_error": None,
            "latest_attempt": None,
            "livemode": False,
            "mandate": None,
            "metadata": merged({}, data.get("metadata", {})),
            "next_action": None,
            "on_behalf_of": None,
            "payment_method": None,
            "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
            "payment_method_types": ["card"],
            "single_use_mandate": None,
            "status": "requires_payment_method",
            "usage": "off_session",
        }
    )
    scope.emit("setup_intent.created", intent)
    return intent


@bp.get("/v1/setup_intents/<intent>")
@operation(client_secret=text())
def retrieve(scope: Scope, _params: Doc, intent: str) -> Doc:
    return scope.get("setup_intent", intent, param="intent")


@bp.get("/v1/setup_intents")
@operation(customer=text(), payment_method=text(), **PAGING_BY_TIME)
def list_(scope: Scope, params: Doc) -> Doc:
    filters = given(params, "customer", "payment_method")
    return listed(scope, "setup_intent", "/v1/setup_intents", params, filters=filters)
