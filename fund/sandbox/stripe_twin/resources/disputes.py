"""Disputes: opened and closed from the control surface."""

from flask import Blueprint

from ..api import operation
from ..errors import StripeError
from ..ids import new_id
from ..listing import PAGING_BY_TIME, given, listed
from ..money import FeeLine, rate
from ..params import text
from ..scope import Scope, rendered
from ..state import Doc
from . import balance

bp = Blueprint("disputes", __name__)

_FEE = 1500
_ANSWER_SECONDS = 9 * 86_400
_EVIDENCE = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "product_description",
    "receipt",
    "uncategorized_file",
    "uncategorized_text",
)


def open_(scope: Scope, charge_id: str, reason: str = "fraudulent") -> Doc:
    """The donor's bank takes the money back, and Stripe its fee."""
    charge = scope.get("charge", charge_id, param="charge")
    if not charge["paid"] or charge["disputed"]:
        raise StripeError("This charge cannot be disputed.", param="charge")
    dispute_id = new_id("du")
    withdrawn = balance.record(
        scope,
        kind="adjustment",
        category="dispute",
        amount=-balance.settled(scope, charge["amount"], charge["currency"]),
        source=dispute_id,
        description=f"Chargeback withdrawal for {charge_id}",
        fees=[FeeLine("stripe_fee", "Dispute fee", _FEE)],
        exchange_rate=rate(charge["currency"], scope.account.currency),
    )
    dispute = scope.put(_document(scope, dispute_id, charge, reason, withdrawn))
    scope.change(charge, "charge.updated", disputed=True)
    scope.emit("charge.dispute.created", dispute)
    scope.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close(scope: Scope, dispute_id: str, *, is_won: bool) -> Doc:
    dispute = scope.get("dispute", dispute_id, param="dispute")
    if dispute["status"] in ("won", "lost"):
        raise StripeError(f"This dispute is already {dispute['status']}.", param="dispute")
    transactions = dispute["balance_transactions"]
    if is_won:
        reinstated = balance.record(
            scope,
            kind="adjustment",
            category="dispute_reversal",
            amount=-transactions[0]["amount"],
            source=dispute_id,
            description=f"Chargeback reversal for {dispute['charge']}",
            exchange_rate=rate(dispute["currency"], scope.account.currency),
        )
        transactions = [*transactions, rendered(reinstated, scope.now)]
    scope.change(dispute, status="won" if is_won else "lost", balance_transactions=transactions)
    if is_won:
        scope.emit("charge.dispute.funds_reinstated", dispute)
    scope.emit("charge.dispute.closed", dispute)
    return dispute


def _document(scope: Scope, dispute_id: str, charge: Doc, reason: str, withdrawn: Doc) -> Doc:
    brand = charge["payment_method_details"].get("card", {}).get("brand", "visa")
    return {
        "id": dispute_id,
        "object": "dispute",
        "amount": charge["amount"],
        "balance_transactions": [rendered(withdrawn, scope.now)],
        "charge": charge["id"],
        "created": scope.now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(_EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": scope.now + _ANSWER_SECONDS,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": brand,
                "case_type": "chargeback",
                "network": brand,
                "network_reason_code": "10",
            },
            "type": "card",
        },
        "reason": reason,
        "status": "needs_response",
    }


@bp.get("/v1/disputes/<dispute>")
@operation()
def retrieve(scope: Scope, _params: Doc, dispute: str) -> Doc:
    return scope.get("dispute", dispute, param="dispute")


@bp.get("/v1/disputes")
@operation(charge=text(), payment_intent=text(), **PAGING_BY_TIME)
def list_(scope: Scope, params: Doc) -> Doc:
    filters = given(params, "charge", "payment_intent")
    return listed(scope, "dispute", "/v1/disputes", params, filters=filters)
