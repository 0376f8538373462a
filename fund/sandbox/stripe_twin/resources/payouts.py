"""Payouts: read, made by hand, stopped."""

from flask import Blueprint

from .. import paying_out
from ..api import operation
from ..listing import PAGING_BY_TIME, given, listed
from ..params import choice, integer, merged, metadata, moments, text
from ..scope import Scope
from ..state import Doc

bp = Blueprint("payouts", __name__)


@bp.post("/v1/payouts")
@operation(
    required=("amount", "currency"),
    amount=integer(1),
    currency=text(3),
    description=text(),
    metadata=metadata,
    method=choice("standard", "instant"),
    statement_descriptor=text(22),
)
def create(scope: Scope, params: Doc) -> Doc:
    return paying_out.pay_out_by_hand(scope, params)


@bp.get("/v1/payouts/<payout>")
@operation()
def retrieve(scope: Scope, _params: Doc, payout: str) -> Doc:
    return scope.get("payout", payout, param="payout")


@bp.post("/v1/payouts/<payout>")
@operation(metadata=metadata)
def update(scope: Scope, params: Doc, payout: str) -> Doc:
    doc = scope.get("payout", payout, param="payout")
    if "metadata" in params:
        old = doc["metadata"] if params["metadata"] else {}
        scope.change(doc, "payout.updated", metadata=merged(old, params["metadata"]))
    return doc


@bp.post("/v1/payouts/<payout>/cancel")
@operation()
def cancel(scope: Scope, _params: Doc, payout: str) -> Doc:
    return paying_out.cancel(scope, payout)


@bp.get("/v1/payouts")
@operation(
    arrival_date=moments,
    status=choice("canceled", "failed", "in_transit", "paid", "pending"),
    **PAGING_BY_TIME,
)
def list_(scope: Scope, params: Doc) -> Doc:
    filters = given(params, "status")
    return listed(scope, "payout", "/v1/payouts", params, filters=filters, ranges=["arrival_date"])
