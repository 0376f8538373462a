"""Top-ups: our own money, sent to the balance to cover what it lacks."""

from flask import Blueprint

from ..api import operation
from ..errors import StripeError
from ..ids import new_id
from ..listing import PAGING_BY_TIME, given, listed
from ..params import choice, integer, metadata, text
from ..scope import Scope
from ..state import Doc
from . import balance

bp = Blueprint("topups", __name__)


def new_topup(scope: Scope, params: Doc) -> Doc:
    """It is there at once: a practice bank is quick."""
    topup_id = new_id("tu")
    line = balance.record(
        scope,
        kind="topup",
        category="topup",
        amount=params["amount"],
        source=topup_id,
        description=params.get("description", "Top-up"),
    )
    topup = scope.put(
        {
            "id": topup_id,
            "object": "topup",
            "amount": params["amount"],
            "balance_transaction": line["id"],
            "created": scope.now,
            "currency": scope.account.currency,
            "description": params.get("description"),
            "expected_availability_date": scope.now,
            "failure_code": None,
            "failure_message": None,
            "livemode": False,
            "metadata": params.get("metadata", {}),
            "source": None,
            "statement_descriptor": params.get("statement_descriptor"),
            "status": "succeeded",
            "transfer_group": None,
        }
    )
    scope.emit("topup.created", topup)
    scope.emit("topup.succeeded", topup)
    return topup


def reverse(scope: Scope, topup_id: str) -> Doc:
    """Our bank takes the money back."""
    topup = scope.get("topup", topup_id, param="topup")
    if topup["status"] != "succeeded":
        raise StripeError(f"This top-up is {topup['status']}.", param="topup")
    balance.record(
        scope,
        kind="topup_reversal",
        category="topup_reversal",
        amount=-topup["amount"],
        source=topup_id,
        description="Top-up reversal",
    )
    scope.change(topup, status="reversed")
    scope.emit("topup.reversed", topup)
    return topup


@bp.post("/v1/topups")
@operation(
    required=("amount", "currency"),
    amount=integer(1),
    currency=text(3),
    description=text(),
    metadata=metadata,
    statement_descriptor=text(15),
)
def create(scope: Scope, params: Doc) -> Doc:
    if params["currency"].lower() != scope.account.currency:
        raise StripeError("A top-up is made in the currency of the account.", param="currency")
    return new_topup(scope, params)


@bp.get("/v1/topups/<topup>")
@operation()
def retrieve(scope: Scope, _params: Doc, topup: str) -> Doc:
    return scope.get("topup", topup, param="topup")


@bp.get("/v1/topups")
@operation(status=choice("canceled", "failed", "pending", "succeeded"), **PAGING_BY_TIME)
def list_(scope: Scope, params: Doc) -> Doc:
    return listed(scope, "topup", "/v1/topups", params, filters=given(params, "status"))
