"""Products and the prices that Checkout makes of them."""

from typing import Any

from flask import Blueprint

from ..api import operation
from ..errors import StripeError
from ..ids import new_id
from ..listing import PAGING_BY_TIME, given, listed
from ..params import boolean, choice, fields, integer, items, merged, metadata, text, web_address
from ..scope import Scope
from ..state import Doc, Page

bp = Blueprint("products", __name__)

RECURRING = fields(
    required=("interval",),
    interval=choice("day", "month", "week", "year"),
    interval_count=integer(1, 52),
)

_ACCEPTED: dict[str, Any] = {
    "active": boolean,
    "description": text(40_000),
    "id": text(),
    "images": items(web_address, at_most=8),
    "metadata": metadata,
    "name": text(),
    "statement_descriptor": text(22),
    "unit_label": text(12),
    "url": web_address,
}


def new_product(scope: Scope, params: Doc) -> Doc:
    product_id = params.get("id") or new_id("prod", 14)
    if scope.find(product_id) is not None:
        raise StripeError(
            f"Product already exists: {product_id}", code="resource_already_exists", param="id"
        )
    product = scope.put(
        {
            "id": product_id,
            "object": "product",
            "active": params.get("active", True),
            "created": scope.now,
            "default_price": None,
            "description": params.get("description"),
            "images": params.get("images", []),
            "livemode": False,
            "marketing_features": [],
            "metadata": merged({}, params.get("metadata", {})),
            "name": params["name"],
            "package_dimensions": None,
            "shippable": None,
            "statement_descriptor": params.get("statement_descriptor"),
            "tax_code": None,
            "unit_label": params.get("unit_label"),
            "updated": scope.now,
            "url": params.get("url"),
        }
    )
    scope.emit("product.created", product)
    return product


def new_price(
    scope: Scope,
    *,
    product: str,
    currency: str,
    unit_amount: int,
    recurring: Doc | None = None,
) -> Doc:
    """The price of one line; inactive, as a price made inside Checkout is.

    `recurring` holds the interval, and `interval_count` if it is not 1.
    """
    if recurring is not None:
        recurring = {"interval_count": 1, "meter": None, "usage_type": "licensed", **recurring}
    return scope.put(
        {
            "id": new_id("price"),
            "object": "price",
            "active": False,
            "billing_scheme": "per_unit",
            "created": scope.now,
            "currency": currency,
            "custom_unit_amount": None,
            "livemode": False,
            "lookup_key": None,
            "metadata": {},
            "nickname": None,
            "product": product,
            "recurring": recurring,
            "tax_behavior": "unspecified",
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "one_time" if recurring is None else "recurring",
            "unit_amount": unit_amount,
            "unit_amount_decimal": str(unit_amount),
        }
    )


@bp.post("/v1/products")
@operation(required=("name",), **_ACCEPTED)
def create(scope: Scope, params: Doc) -> Doc:
    return new_product(scope, params)


@bp.get("/v1/products/<product>")
@operation()
def retrieve(scope: Scope, _params: Doc, product: str) -> Doc:
    return scope.get("product", product, param="id")


@bp.post("/v1/products/<product>")
@operation(**{name: field for name, field in _ACCEPTED.items() if name != "id"})
def update(scope: Scope, params: Doc, product: str) -> Doc:
    doc = scope.get("product", product, param="id")
    if "metadata" in params:
        old = doc["metadata"] if params["metadata"] else {}
        params["metadata"] = merged(old, params["metadata"])
    return scope.change(doc, "product.updated", **params, updated=scope.now)


@bp.delete("/v1/products/<product>")
@operation()
def delete(scope: Scope, _params: Doc, product: str) -> Doc:
    """Only one that nothing was ever priced by."""
    doc = scope.get("product", product, param="id")
    priced, _ = scope.store.list_page(
        scope.account.id, "price", Page(limit=1, filters={"product": product})
    )
    if priced:
        raise StripeError(
            "This product cannot be deleted because it has one or more user-created prices."
        )
    scope.emit("product.deleted", doc)
    return scope.put({"id": product, "object": "product", "deleted": True})


@bp.get("/v1/products")
@operation(active=boolean, **PAGING_BY_TIME)
def list_(scope: Scope, params: Doc) -> Doc:
    return listed(scope, "product", "/v1/products", params, filters=given(params, "active"))
