"""Customers."""

from typing import Any

from flask import Blueprint

from ..api import operation
from ..billing import ending, subscriptions
from ..errors import missing
from ..ids import new_id
from ..listing import PAGING_BY_TIME, given, listed
from ..params import clearable, email, fields, items, merged, metadata, text
from ..scope import Scope
from ..state import Doc
from . import payment_methods

bp = Blueprint("customers", __name__)

_DEFAULT_METHOD = "invoice_settings[default_payment_method]"

_ADDRESS = fields(
    city=clearable(),
    country=clearable(),
    line1=clearable(),
    line2=clearable(),
    postal_code=clearable(),
    state=clearable(),
)
_ACCEPTED: dict[str, Any] = {
    "address": _ADDRESS,
    "description": clearable(),
    "email": email,
    "invoice_settings": fields(default_payment_method=clearable()),
    "metadata": metadata,
    "name": clearable(256),
    "phone": clearable(20),
    "preferred_locales": items(text()),
}


def new_customer(scope: Scope, params: Doc) -> Doc:
    clock = None
    if "test_clock" in params:
        clock = scope.get("test_helpers.test_clock", params["test_clock"], param="test_clock")
    customer = scope.put(
        {
            "id": new_id("cus", 14),
            "object": "customer",
            "address": params.get("address"),
            "balance": 0,
            "created": scope.now if clock is None else clock["frozen_time"],
            "currency": None,
            "default_source": None,
            "delinquent": False,
            "description": params.get("description"),
            "email": params.get("email"),
            "invoice_prefix": new_id("x", 8)[2:].upper(),
            "invoice_settings": {
                "custom_fields": None,
                "default_payment_method": None,
                "footer": None,
                "rendering_options": None,
            },
            "livemode": False,
            "metadata": merged({}, params.get("metadata", {})),
            "name": params.get("name"),
            "phone": params.get("phone"),
            "preferred_locales": params.get("preferred_locales", []),
            "shipping": None,
            "tax_exempt": "none",
            "test_clock": params.get("test_clock"),
        }
    )
    scope.emit("customer.created", customer)
    return customer


def delete_customer(scope: Scope, customer: Doc) -> Doc:
    """For good; what it gave by subscription ends, and its cards are let go."""
    for subscription in subscriptions.list_live_of(scope, customer["id"]):
        at = subscriptions.moment_of(scope, subscription)
        ending.end(scope, subscription, reason="cancellation_requested", at=at)
    for method in payment_methods.list_of(scope, customer["id"]):
        payment_methods.detach(scope, method)
    scope.emit("customer.deleted", customer)
    return scope.put({"id": customer["id"], "object": "customer", "deleted": True})


@bp.post("/v1/customers")
@operation(test_clock=text(), **_ACCEPTED)
def create(scope: Scope, params: Doc) -> Doc:
    return new_customer(scope, params)


@bp.get("/v1/customers/<customer>")
@operation()
def retrieve(scope: Scope, _params: Doc, customer: str) -> Doc:
    """One that was deleted is answered too, as that."""
    doc = scope.find(customer)
    if doc is not None and doc["object"] == "customer":
        return doc
    raise missing("customer", customer, "customer")


@bp.post("/v1/customers/<customer>")
@operation(**_ACCEPTED)
def update(scope: Scope, params: Doc, customer: str) -> Doc:
    doc = scope.get("customer", customer, param="customer")
    if "metadata" in params:
        old = doc["metadata"] if params["metadata"] else {}
        params["metadata"] = merged(old, params["metadata"])
    if "invoice_settings" in params:
        default = params["invoice_settings"].get("default_payment_method")
        if default is not None:
            payment_methods.get_own(scope, customer, default, param=_DEFAULT_METHOD)
        params["invoice_settings"] = {**doc["invoice_settings"], **params["invoice_settings"]}
    return scope.change(doc, "customer.updated", **params)


@bp.delete("/v1/customers/<customer>")
@operation()
def delete(scope: Scope, _params: Doc, customer: str) -> Doc:
    return delete_customer(scope, scope.get("customer", customer, param="customer"))


@bp.get("/v1/customers")
@operation(email=text(512), test_clock=text(), **PAGING_BY_TIME)
def list_(scope: Scope, params: Doc) -> Doc:
    """Those on a test clock only if it is named."""
    filters = {"test_clock": None, **given(params, "email", "test_clock")}
    return listed(scope, "customer", "/v1/customers", params, filters=filters)
