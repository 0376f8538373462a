"""Prices that are kept; those made inside Checkout are in `products`."""

from typing import Any

from flask import Blueprint

from ..api import operation
from ..errors import StripeError
from ..listing import PAGING_BY_TIME, given, listed
from ..money import EXPONENT
from ..params import boolean, choice, clearable, fields, integer, merged, metadata, text
from ..scope import Scope
from ..state import Doc
from .products import RECURRING, new_price, new_product

bp = Blueprint("prices", __name__)

_ACCEPTED: dict[str, Any] = {
    "active": boolean,
    "lookup_key": text(200),
    "metadata": metadata,
    "nickname": clearable(),
}


@bp.post("/v1/prices")
@operation(
    required=("currency", "unit_amount"),
    currency=text(3),
    product=text(),
    product_data=fields(required=("name",), id=text(), metadata=metadata, name=text()),
    recurring=RECURRING,
    unit_amount=integer(0),
    **_ACCEPTED,
)
def create(scope: Scope, params: Doc) -> Doc:
    currency = params["currency"].lower()
    if currency not in EXPONENT:
        raise StripeError(f"Invalid currency: {currency}.", param="currency")
    if "product_data" in params:
        product = new_product(scope, params["product_data"])
    elif "product" in params:
        product = scope.get("product", params["product"], param="product")
    else:
        raise StripeError("You must specify either `product` or `product_data`.", param="product")
    price = new_price(
        scope,
        product=product["id"],
        currency=currency,
        unit_amount=params["unit_amount"],
        recurring=params.get("recurring"),
    )
    scope.change(
        price,
        active=params.get("active", True),
        lookup_key=params.get("lookup_key"),
        metadata=merged({}, params.get("metadata", {})),
        nickname=params.get("nickname"),
    )
    scope.emit("price.created", price)
    return price


@bp.get("/v1/prices/<price>")
@operation()
def retrieve(scope: Scope, _params: Doc, price: str) -> Doc:
    return scope.get("price", price, param="price")


@bp.post("/v1/prices/<price>")
@operation(**_ACCEPTED)
def update(scope: Scope, params: Doc, price: str) -> Doc:
    """Never its amount: what was agreed stays."""
    doc = scope.get("price", price, param="price")
    if "metadata" in params:
        old = doc["metadata"] if params["metadata"] else {}
        params["metadata"] = merged(old, params["metadata"])
    return scope.change(doc, "price.updated", **params)


@bp.get("/v1/prices")
@operation(
    active=boolean,
    currency=text(3),
    product=text(),
    recurring=fields(interval=choice("day", "month", "week", "year")),
    type=choice("one_time", "recurring"),
    **PAGING_BY_TIME,
)
def list_(scope: Scope, params: Doc) -> Doc:
    filters = given(params, "active", "currency", "product", "type")
    if "interval" in params.get("recurring", {}):
        filters["recurring.interval"] = params["recurring"]["interval"]
    return listed(scope, "price", "/v1/prices", params, filters=filters)
