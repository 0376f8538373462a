"""Products and the prices that Checkout makes of them."""

from flask import Blueprint

from ..api import operation
from ..errors import StripeError
from ..ids import new_id
from ..listing import PAGING_BY_TIME, given, listed
from ..params import boolean, choice, fields, integer, items, metadata, text, web_address
from ..scope import Scope
from ..state import Doc
from .customers import merged

bp = Blueprint("products", __name__)

RECURRING = fields(
    required=("interval",),
    interval=choice("day", "month", "week", "year"),
    interval_count=integer(1, 52),
)

_ACCEPTED = {
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


@bp.get("/v1/products")
@operation(active=boolean, **PAGING_BY_TIME)
def list_(scope: Scope, params: Doc) -> Doc:
    return listed(scope, "product", "/v1/products", params, filters=given(params, "active"))
