"""What is suspected of a charge: a card network's early warning, and Radar's review."""

from flask import Blueprint

from ..api import operation
from ..errors import StripeError
from ..ids import new_id
from ..listing import PAGING_BY_TIME, given, listed
from ..params import text
from ..scope import Scope
from ..state import Doc

bp = Blueprint("alerts", __name__)

FRAUD_TYPES = (
    "card_never_received",
    "fraudulent_card_application",
    "made_with_counterfeit_card",
    "made_with_lost_card",
    "made_with_stolen_card",
    "misc",
    "unauthorized_use_of_card",
)


def warn(scope: Scope, charge_id: str, fraud_type: str = "unauthorized_use_of_card") -> Doc:
    """The card network hears that a donor does not know of a charge."""
    charge = scope.get("charge", charge_id, param="charge")
    is_card = charge["payment_method_details"]["type"] == "card"
    if (
        not charge["paid"]
        or not is_card
        or scope.list_all("radar.early_fraud_warning", charge=charge_id)
    ):
        raise StripeError("No warning can be given about this charge.", param="charge")
    warning = scope.put(
        {
            "id": new_id("issfr"),
            "object": "radar.early_fraud_warning",
            "actionable": not (charge["disputed"] or charge["refunded"]),
            "charge": charge_id,
            "created": scope.now,
            "fraud_type": fraud_type,
            "livemode": False,
            "payment_intent": charge["payment_intent"],
        }
    )
    scope.emit("radar.early_fraud_warning.created", warning)
    return warning


def open_review(scope: Scope, charge_id: str, reason: str = "rule") -> Doc:
    """A rule, or one of us by hand, wants a look at a charge."""
    charge = scope.get("charge", charge_id, param="charge")
    if charge["review"] is not None or not charge["paid"]:
        raise StripeError("This charge cannot be reviewed.", param="charge")
    review = scope.put(
        {
            "id": new_id("prv"),
            "object": "review",
            "billing_zip": None,
            "charge": charge_id,
            "closed_reason": None,
            "created": scope.now,
            "ip_address": None,
            "ip_address_location": None,
            "livemode": False,
            "open": True,
            "opened_reason": reason,
            "payment_intent": charge["payment_intent"],
            "reason": reason,
            "session": None,
        }
    )
    scope.change(charge, review=review["id"])
    intent = scope.find(charge["payment_intent"])
    if intent is not None:
        scope.change(intent, review=review["id"])
    scope.emit("review.opened", review)
    return review


def close_review(scope: Scope, review_id: str, reason: str = "approved") -> Doc:
    review = scope.get("review", review_id, param="review")
    if not review["open"]:
        raise StripeError("This review is already closed.", param="review")
    scope.change(review, open=False, reason=reason, closed_reason=reason)
    charge = scope.get("charge", review["charge"], param="charge")
    scope.change(charge, review=None)
    intent = scope.find(review["payment_intent"])
    if intent is not None:
        scope.change(intent, review=None)
    scope.emit("review.closed", review)
    return review


def close_for(scope: Scope, charge: Doc, reason: str, *, is_fraud: bool = False) -> None:
    """The charge was `refunded` or `disputed`: nothing is left to be decided about it."""
    for warning in scope.list_all("radar.early_fraud_warning", charge=charge["id"]):
        if warning["actionable"]:
            scope.change(warning, "radar.early_fraud_warning.updated", actionable=False)
    for review in scope.list_all("review", charge=charge["id"]):
        if review["open"]:
            close_review(scope, review["id"], f"{reason}_as_fraud" if is_fraud else reason)


@bp.get("/v1/radar/early_fraud_warnings/<warning>")
@operation()
def retrieve_warning(scope: Scope, _params: Doc, warning: str) -> Doc:
    return scope.get("radar.early_fraud_warning", warning, param="early_fraud_warning")


@bp.get("/v1/radar/early_fraud_warnings")
@operation(charge=text(), payment_intent=text(), **PAGING_BY_TIME)
def list_warnings(scope: Scope, params: Doc) -> Doc:
    url = "/v1/radar/early_fraud_warnings"
    filters = given(params, "charge", "payment_intent")
    return listed(scope, "radar.early_fraud_warning", url, params, filters=filters)


@bp.get("/v1/reviews/<review>")
@operation()
def retrieve_review(scope: Scope, _params: Doc, review: str) -> Doc:
    return scope.get("review", review, param="review")


@bp.post("/v1/reviews/<review>/approve")
@operation()
def approve(scope: Scope, _params: Doc, review: str) -> Doc:
    return close_review(scope, review)


@bp.get("/v1/reviews")
@operation(**PAGING_BY_TIME)
def list_reviews(scope: Scope, params: Doc) -> Doc:
    return listed(scope, "review", "/v1/reviews", params)
