"""A refund from its first answer to its last (Stripe pages "Refunds", "Refund object").

Money leaves the balance when a refund is processed or waits for the donor, and comes back by a
line of its own when it fails or lapses. The line of either day has that day's exchange rate.
"""

from .cards import card_of
from .errors import StripeError
from .ids import new_id
from .money import formatted
from .params import merged
from .resources import balance
from .scope import Scope
from .state import Doc

SECONDS_TO_ANSWER = 45 * 86_400
SLOW_SECONDS = 1
FAILURES = (
    "charge_for_pending_refund_disputed",
    "declined",
    "expired_or_canceled_card",
    "insufficient_funds",
    "lost_or_stolen_card",
    "merchant_request",
    "unknown",
)
# Where a bank cannot send money back by itself, the donor is asked for an account.
_ASKED_FOR_DETAILS = {"promptpay"}


def new_refund(scope: Scope, charge: Doc, params: Doc) -> Doc:
    """What is asked of a charge; refused where more was asked than is left."""
    amount = _amount(charge, params)
    method = charge["payment_method_details"]["type"]
    is_asked = method in _ASKED_FOR_DETAILS
    if is_asked and "instructions_email" not in params:
        raise StripeError(
            f"Refunds of {method} payments need `instructions_email`, the address that the"
            " customer is asked at.",
            code="parameter_missing",
            param="instructions_email",
        )
    refund = _document(scope, charge, amount, params)
    refund |= _first_state(scope, charge, refund, params)
    if refund.get("pending_reason") in (None, "processing"):
        _take(scope, charge, refund)
    scope.put(refund)
    scope.emit("refund.created", refund)
    _change_refunded(scope, charge, amount)
    scope.emit("charge.refunded", charge)
    if refund["status"] == "pending" and refund["pending_reason"] == "processing":
        _promise(scope, "refund_succeed", refund)
    elif refund["status"] == "succeeded" and card_of(charge).refunds == "fail":
        _promise(scope, "refund_fail", refund)
    return refund


def succeed(scope: Scope, refund_id: str) -> Doc:
    """The bank took it; one that waited for the balance or the charge is booked now."""
    refund = _in_state(scope, refund_id, "pending")
    charge = scope.get("charge", refund["charge"], param="charge")
    if refund["balance_transaction"] is None:
        _take(scope, charge, refund)
    refund.pop("pending_reason")
    return _changed(scope, refund, status="succeeded")


def fail(scope: Scope, refund_id: str, reason: str = "declined") -> Doc:
    """The bank would not take the money: it returns to the balance, where it had left it."""
    refund = _in_state(scope, refund_id, "pending", "succeeded")
    refund.pop("pending_reason", None)
    _give_back(scope, refund)
    _changed(scope, refund, status="failed", failure_reason=reason)
    scope.emit("refund.failed", refund)
    return refund


def give_details(scope: Scope, refund_id: str) -> Doc:
    """The donor named an account: the bank is told, and answers by itself a little later."""
    refund = _in_state(scope, refund_id, "requires_action")
    refund.pop("next_action")
    _promise(scope, "refund_succeed", refund)
    return _changed(scope, refund, status="pending", pending_reason="processing")


def cancel(scope: Scope, refund_id: str) -> Doc:
    """We think better of it, or the donor never answered."""
    refund = scope.get("refund", refund_id, param="refund")
    if refund["status"] != "requires_action":
        raise StripeError(
            f"This refund has a status of {refund['status']}. Only refunds with a status of"
            " requires_action can be canceled.",
            param="refund",
        )
    refund.pop("next_action")
    _give_back(scope, refund)
    return _changed(scope, refund, status="canceled")


def look_again(scope: Scope) -> None:
    """Those whose hour has come: unanswered ones lapse, and the balance may suffice by now."""
    for refund in scope.list_all("refund", status="requires_action"):
        if refund["next_action"]["display_details"]["expires_at"] <= scope.now:
            cancel(scope, refund["id"])
    for refund in scope.list_all("refund", status="pending"):
        charge = scope.get("charge", refund["charge"], param="charge")
        waits_for = refund["pending_reason"]
        has_money = waits_for == "insufficient_funds" and _has(scope, charge, refund["amount"])
        if has_money or (waits_for == "charge_pending" and charge["paid"]):
            succeed(scope, refund["id"])
        elif waits_for == "charge_pending" and charge["status"] == "failed":
            fail(scope, refund["id"], "unknown")


def fail_pending(scope: Scope, charge_id: str) -> None:
    """A dispute overtakes what has not reached the bank yet."""
    for refund in scope.list_all("refund", charge=charge_id, status="pending"):
        fail(scope, refund["id"], "charge_for_pending_refund_disputed")


def _amount(charge: Doc, params: Doc) -> int:
    remaining = charge["amount"] - charge["amount_refunded"]
    amount: int = params.get("amount", remaining)
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
    return amount


def _first_state(scope: Scope, charge: Doc, refund: Doc, params: Doc) -> Doc:
    if not charge["paid"]:
        return {"status": "pending", "pending_reason": "charge_pending"}
    is_short = scope.store.switches()["refunds_need_balance"]
    if is_short and not _has(scope, charge, refund["amount"]):
        return {"status": "pending", "pending_reason": "insufficient_funds"}
    if charge["payment_method_details"]["type"] in _ASKED_FOR_DETAILS:
        address = params["instructions_email"]
        return {
            "status": "requires_action",
            "instructions_email": address,
            "next_action": {
                "type": "display_details",
                "display_details": {
                    "email_sent": {"email_sent_at": scope.now, "email_sent_to": address},
                    "expires_at": scope.now + SECONDS_TO_ANSWER,
                },
            },
        }
    if card_of(charge).refunds == "slow":
        return {"status": "pending", "pending_reason": "processing"}
    return {"status": "succeeded"}


def _has(scope: Scope, charge: Doc, amount: int) -> bool:
    available, _ = scope.store.balance(scope.account.id, scope.now)
    return available >= balance.exchanged(scope, amount, charge["currency"])[0]


def _take(scope: Scope, charge: Doc, refund: Doc) -> None:
    settled, rate = balance.exchanged(scope, refund["amount"], refund["currency"])
    is_card = charge["payment_method_details"]["type"] == "card"
    line = balance.record(
        scope,
        kind="refund" if is_card else "payment_refund",
        category="refund",
        amount=-settled,
        source=refund["id"],
        description=f"REFUND FOR CHARGE ({charge['description'] or charge['id']})",
        exchange_rate=rate,
    )
    refund["balance_transaction"] = line["id"]


def _give_back(scope: Scope, refund: Doc) -> None:
    charge = scope.get("charge", refund["charge"], param="charge")
    if refund["balance_transaction"] is not None:
        settled, rate = balance.exchanged(scope, refund["amount"], refund["currency"])
        line = balance.record(
            scope,
            kind="refund_failure",
            category="refund_failure",
            amount=settled,
            source=refund["id"],
            description=f"REFUND FAILURE FOR CHARGE ({charge['description'] or charge['id']})",
            exchange_rate=rate,
        )
        refund["failure_balance_transaction"] = line["id"]
    _change_refunded(scope, charge, -refund["amount"])


def _document(scope: Scope, charge: Doc, amount: int, params: Doc) -> Doc:
    kind = charge["payment_method_details"]["type"]
    destination: Doc = {"type": kind}
    if kind == "card":
        destination["card"] = {
            "reference_status": "pending",
            "reference_type": "acquirer_reference_number",
            "type": "refund",
        }
    return {
        "id": new_id("re" if kind == "card" else "pyr"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": scope.now,
        "currency": charge["currency"],
        "destination_details": destination,
        "metadata": merged({}, params.get("metadata", {})),
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "transfer_reversal": None,
    }


def _in_state(scope: Scope, refund_id: str, *states: str) -> Doc:
    refund = scope.get("refund", refund_id, param="refund")
    if refund["status"] not in states:
        raise StripeError(f"This refund is {refund['status']}.", param="refund")
    return refund


def _changed(scope: Scope, refund: Doc, **changes: object) -> Doc:
    """Stripe tells a change of a refund under two names."""
    scope.change(refund, "charge.refund.updated", **changes)
    scope.emit("refund.updated", refund)
    return refund


def _change_refunded(scope: Scope, charge: Doc, amount: int) -> None:
    refunded = charge["amount_refunded"] + amount
    scope.change(charge, amount_refunded=refunded, refunded=refunded == charge["amount"])


def _promise(scope: Scope, act: str, refund: Doc) -> None:
    scope.store.add_errand(scope.account.id, scope.clock() + SLOW_SECONDS, act, refund["id"])
