"""Payouts: what is available goes to the bank, arrives, or comes back."""

from flask import Blueprint

from ..api import operation
from ..errors import StripeError
from ..ids import new_id
from ..listing import PAGING_BY_TIME, given, listed
from ..params import choice
from ..scope import Scope
from ..state import Doc, Page
from . import balance

bp = Blueprint("payouts", __name__)

TRANSIT_SECONDS = 2 * 86_400


def new_payout(scope: Scope) -> Doc:
    """An automatic payout of everything available that no payout carries yet."""
    carried = scope.store.list_unpaid_transactions(scope.account.id, scope.now)
    amount = sum(transaction["net"] for transaction in carried)
    if amount <= 0:
        raise StripeError(
            "You have insufficient available funds in your Stripe account for a payout.",
            code="balance_insufficient",
        )
    payout_id = new_id("po")
    own = balance.record(
        scope,
        kind="payout",
        category="payout",
        amount=-amount,
        source=payout_id,
        description="STRIPE PAYOUT",
        payout=payout_id,
    )
    for transaction in carried:
        transaction["_payout"] = payout_id
        scope.put(transaction)
    payout = scope.put(
        {
            "id": payout_id,
            "object": "payout",
            "amount": amount,
            "application_fee": None,
            "application_fee_amount": None,
            "arrival_date": scope.now + TRANSIT_SECONDS,
            "automatic": True,
            "balance_transaction": own["id"],
            "created": scope.now,
            "currency": scope.account.currency,
            "description": "STRIPE PAYOUT",
            "destination": f"ba_{scope.account.id}",
            "failure_balance_transaction": None,
            "failure_code": None,
            "failure_message": None,
            "livemode": False,
            "metadata": {},
            "method": "standard",
            "original_payout": None,
            "payout_method": None,
            "reconciliation_status": "in_progress",
            "reversed_by": None,
            "source_type": "card",
            "statement_descriptor": None,
            "status": "in_transit",
            "trace_id": {"status": "pending", "value": None},
            "type": "bank_account",
        }
    )
    scope.emit("payout.created", payout)
    scope.change(payout, reconciliation_status="completed")
    scope.emit("payout.reconciliation_completed", payout)
    return payout


def arrive(scope: Scope, payout_id: str) -> Doc:
    payout = _in_transit(scope, payout_id)
    trace = {"status": "supported", "value": payout_id[3:15].upper()}
    scope.change(payout, "payout.updated", status="paid", trace_id=trace)
    scope.emit("payout.paid", payout)
    return payout


def fail(scope: Scope, payout_id: str) -> Doc:
    """The bank sends it back, before or after arrival; the next payout carries it again."""
    payout = scope.get("payout", payout_id, param="payout")
    if payout["status"] not in ("in_transit", "paid"):
        raise StripeError(f"This payout is {payout['status']}.", param="payout")
    returned = balance.record(
        scope,
        kind="payout_failure",
        category="payout_reversal",
        amount=payout["amount"],
        source=payout_id,
        description="STRIPE PAYOUT FAILURE",
    )
    scope.change(
        payout,
        status="failed",
        failure_balance_transaction=returned["id"],
        failure_code="account_closed",
        failure_message="The bank account has been closed.",
    )
    scope.emit("payout.failed", payout)
    return payout


def list_in_transit(scope: Scope) -> list[Doc]:
    docs, _ = scope.store.list_page(
        scope.account.id, "payout", Page(limit=100, filters={"status": "in_transit"})
    )
    return docs


def _in_transit(scope: Scope, payout_id: str) -> Doc:
    payout = scope.get("payout", payout_id, param="payout")
    if payout["status"] != "in_transit":
        raise StripeError(f"This payout is {payout['status']}.", param="payout")
    return payout


@bp.get("/v1/payouts/<payout>")
@operation()
def retrieve(scope: Scope, _params: Doc, payout: str) -> Doc:
    return scope.get("payout", payout, param="payout")


@bp.get("/v1/payouts")
@operation(
    status=choice("pending", "paid", "failed", "canceled", "in_transit"),
    **PAGING_BY_TIME,
)
def list_(scope: Scope, params: Doc) -> Doc:
    filters = given(params, "status")
    return listed(scope, "payout", "/v1/payouts", params, filters=filters)
