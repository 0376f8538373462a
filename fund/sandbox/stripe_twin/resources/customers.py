"""Customers."""

from typing import Any

from flask import Blueprint

from ..api import operation
from ..errors import missing
from ..ids import new_id
from ..listing import PAGING_BY_TIME, given, listed
from ..params import clearable, email, fields, items, metadata, text
from ..scope import Scope
from ..state import Doc

bp = Blueprint("customers", __name__)

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
    "metadata": metadata,
    "name": clearable(256),
    "phone": clearable(20),
    "preferred_locales": items(text()),
}


def new_customer(scope: Scope, params: Doc) -> Doc:
    customer = scope.put(
        {
            "id": new_id("cus", 14),
            "object": "customer",
            "address": params.get("address"),
            "balance": 0,
            "created": scope.now,
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
            "test_clock": None,
        }
    )
    scope.emit("customer.created", customer)
    return customer


def merged(old: Doc, new: Doc) -> Doc:
    """Stripe page "Metadata": keys are merged, an empty value takes its key away."""
    return {key: value for key, value in {**old, **new}.items() if value != ""}


def get_customer(scope: Scope, customer_id: str, *, param: str) -> Doc:
    """A customer that still exists, or StripeError 404."""
    customer = scope.get("customer", customer_id, param=param)
    if customer.get("deleted"):
        raise missing("customer", customer_id, param)
    return customer


@bp.post("/v1/customers")
@operation(**_ACCEPTED)
def create(scope: Scope, params: Doc) -> Doc:
    return new_customer(scope, params)


@bp.get("/v1/customers/<customer>")
@operation()
def retrieve(scope: Scope, _params: Doc, customer: str) -> Doc:
    return scope.get("customer", customer, param="customer")


@bp.post("/v1/customers/<customer>")
@operation(**_ACCEPTED)
def update(scope: Scope, params: Doc, customer: str) -> Doc:
    doc = get_customer(scope, customer, param="customer")
    if "metadata" in params:
        old = doc["metadata"] if params["metadata"] else {}
        params["metadata"] = merged(old, params["metadata"])
    return scope.change(doc, "customer.updated", **params)


@bp.delete("/v1/customers/<customer>")
@operation()
def delete(scope: Scope, _params: Doc, customer: str) -> Doc:
    doc = get_customer(scope, customer, param="customer")
    scope.emit("customer.deleted", doc)
    return scope.put({"id": customer, "object": "customer", "deleted": True})


@bp.get("/v1/customers")
@operation(email=text(512), **PAGING_BY_TIME)
def list_(scope: Scope, params: Doc) -> Doc:
    return listed(scope, "customer", "/v1/customers", params, filters=given(params, "email"))
