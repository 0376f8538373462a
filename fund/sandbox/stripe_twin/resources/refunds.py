"""Refunds: whole or in part; Stripe keeps its fee, and one can fail after it succeeded."""

from flask import Blueprint

from ..api import operation
from ..errors import StripeError
from ..ids import new_id
from ..listing import PAGING_BY_TIME, given, listed
from ..money import formatted, rate
from ..params import choice, integer, merged, metadata, text
from ..scope import Scope
from ..state import Doc
from . import balance

bp = Blueprint("refunds", __name__)


def new_refund(scope: Scope, params: Doc) -> Doc:
    charge = _charge_to_refund(scope, params)
    remaining = charge["amount"] - charge["amount_refunded"]
    amount = params.get("amount", remaining)
    if remaining == 0:
        raise StripeError(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    if amount > remaining:
        asked, left = (formatted(sum_, charge["currency"]) for sum_ in (amount, remaining))
        raise StripeError(
            f"Refund amount ({asked}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    refund_id = new_id("re")
    is_card = charge["payment_method_details"]["type"] == "card"
    transaction = balance.record(
        scope,
        kind="refund" if is_card else "payment_refund",
        category="refund",
        amount=-balance.settled(scope, amount, charge["currency"]),
        source=refund_id,
        description=f"REFUND FOR CHARGE ({charge['description'] or charge['id']})",
        exchange_rate=rate(charge["currency"], scope.account.currency),
    )
    refund = scope.put(_document(scope, refund_id, charge, amount, transaction["id"], params))
    scope.emit("refund.created", refund)
    _change_refunded(scope, charge, amount)
    scope.emit("charge.refunded", charge)
    return refund


def fail(scope: Scope, refund_id: str, reason: str = "lost_or_stolen_card") -> Doc:
    """The bank would not take the money back: it returns to the balance."""
    refund = scope.get("refund", refund_id, param="refund")
    if refund["status"] != "succeeded":
        raise StripeError(f"This refund is {refund['status']} and cannot fail.", param="refund")
    charge = scope.get("charge", refund["charge"], param="charge")
    transaction = balance.record(
        scope,
        kind="refund_failure",
        category="refund_failure",
        amount=balance.settled(scope, refund["amount"], refund["currency"]),
        source=refund_id,
        description=f"REFUND FAILURE FOR CHARGE ({charge['description'] or charge['id']})",
        exchange_rate=rate(refund["currency"], scope.account.currency),
    )
    scope.change(
        refund,
        "refund.updated",
        status="failed",
        failure_reason=reason,
        failure_balance_transaction=transaction["id"],
    )
    scope.emit("refund.failed", refund)
    _change_refunded(scope, charge, -refund["amount"])
    return refund


def _document(
    scope: Scope, refund_id: str, charge: Doc, amount: int, transaction_id: str, params: Doc
) -> Doc:
    kind = charge["payment_method_details"]["type"]
    destination: Doc = {"type": kind}
    if kind == "card":
        destination["card"] = {
            "reference_status": "pending",
            "reference_type": "acquirer_reference_number",
            "type": "refund",
        }
    return {
        "id": refund_id,
        "object": "refund",
        "amount": amount,
        "balance_transaction": transaction_id,
        "charge": charge["id"],
        "created": scope.now,
        "currency": charge["currency"],
        "destination_details": destination,
        "metadata": merged({}, params.get("metadata", {})),
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


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
    if not charge["paid"]:
        raise StripeError(f"Charge {charge['id']} has not been paid and cannot be refunded.")
    if charge["disputed"]:
        raise StripeError(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    return charge


def _change_refunded(scope: Scope, charge: Doc, amount: int) -> None:
    refunded = charge["amount_refunded"] + amount
    scope.change(charge, amount_refunded=refunded, refunded=refunded == charge["amount"])


@bp.post("/v1/refunds")
@operation(
    amount=integer(1),
    charge=text(),
    metadata=metadata,
    payment_intent=text(),
    reason=choice("duplicate", "fraudulent", "requested_by_customer"),
)
def create(scope: Scope, params: Doc) -> Doc:
    return new_refund(scope, params)


@bp.get("/v1/refunds/<refund>")
@operation()
def retrieve(scope: Scope, _params: Doc, refund: str) -> Doc:
    return scope.get("refund", refund, param="refund")


@bp.get("/v1/refunds")
@operation(charge=text(), payment_intent=text(), **PAGING_BY_TIME)
def list_(scope: Scope, params: Doc) -> Doc:
    filters = given(params, "charge", "payment_intent")
    return listed(scope, "refund", "/v1/refunds", params, filters=filters)
