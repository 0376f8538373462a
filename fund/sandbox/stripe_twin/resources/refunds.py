"""Refunds: whole or in part, answered at once, later, or after the donor was asked."""

from flask import Blueprint

from .. import refunding
from ..api import operation
from ..errors import StripeError
from ..listing import PAGING_BY_TIME, given, listed
from ..params import choice, email, integer, merged, metadata, text
from ..scope import Scope
from ..state import Doc
from . import alerts, disputes

bp = Blueprint("refunds", __name__)


def refund_charge(scope: Scope, params: Doc) -> Doc:
    """A refund, and what it means for those who asked about the charge or warned of it."""
    charge = _charge_to_refund(scope, params)
    refund = refunding.new_refund(scope, charge, params)
    if charge["refunded"]:
        disputes.close_inquiries(scope, charge["id"])
        alerts.close_for(scope, charge, "refunded", is_fraud=params.get("reason") == "fraudulent")
    return refund


def _charge_to_refund(scope: Scope, params: Doc) -> Doc:
    if ("charge" in params) == ("payment_intent" in params):
        raise StripeError(
            "You must provide exactly one of `charge` and `payment_intent`.", param="charge"
        )
    if "charge" in params:
        charge = scope.get("charge", params["charge"], param="charge")
    else:
        intent = scope.get("payment_intent", params["payment_intent"], param="payment_intent")
        found = scope.find(intent["latest_charge"])
        if found is None:
            raise StripeError("This PaymentIntent does not have a successful charge to refund.")
        charge = found
    if charge["status"] == "failed":
        raise StripeError(f"Charge {charge['id']} has not been paid and cannot be refunded.")
    if not disputes.is_refundable(scope, charge["id"]):
        raise StripeError(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    return charge


@bp.post("/v1/refunds")
@operation(
    amount=integer(1),
    charge=text(),
    instructions_email=email,
    metadata=metadata,
    payment_intent=text(),
    reason=choice("duplicate", "fraudulent", "requested_by_customer"),
)
def create(scope: Scope, params: Doc) -> Doc:
    return refund_charge(scope, params)


@bp.get("/v1/refunds/<refund>")
@operation()
def retrieve(scope: Scope, _params: Doc, refund: str) -> Doc:
    return scope.get("refund", refund, param="refund")


@bp.post("/v1/refunds/<refund>")
@operation(metadata=metadata)
def update(scope: Scope, params: Doc, refund: str) -> Doc:
    doc = scope.get("refund", refund, param="refund")
    if "metadata" in params:
        old = doc["metadata"] if params["metadata"] else {}
        scope.change(doc, "refund.updated", metadata=merged(old, params["metadata"]))
    return doc


@bp.post("/v1/refunds/<refund>/cancel")
@operation()
def cancel(scope: Scope, _params: Doc, refund: str) -> Doc:
    return refunding.cancel(scope, refund)


@bp.post("/v1/test_helpers/refunds/<refund>/expire")
@operation()
def expire(scope: Scope, _params: Doc, refund: str) -> Doc:
    return refunding.cancel(scope, refund)


@bp.get("/v1/refunds")
@operation(charge=text(), payment_intent=text(), **PAGING_BY_TIME)
def list_(scope: Scope, params: Doc) -> Doc:
    filters = given(params, "charge", "payment_intent")
    return listed(scope, "refund", "/v1/refunds", params, filters=filters)
