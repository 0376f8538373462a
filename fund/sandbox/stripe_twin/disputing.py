"""A dispute from the bank's question to its answer (Stripe page "How disputes work").

An inquiry moves no money. A dispute takes the amount and a fee in one line; an answer may cost
a fee of its own, which a win brings back with the amount.
"""

from .errors import StripeError
from .ids import new_id
from .money import FeeLine
from .refunding import fail_pending
from .resources import alerts, balance
from .scope import Scope, rendered
from .state import Doc

ANSWER_SECONDS = 9 * 86_400
INQUIRY_SECONDS = 30 * 86_400
INQUIRY = ("warning_needs_response", "warning_under_review")
OPEN = ("needs_response", "under_review")
EVIDENCE = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
)
REASONS = (
    "bank_cannot_process",
    "check_returned",
    "credit_not_processed",
    "customer_initiated",
    "debit_not_authorized",
    "duplicate",
    "fraudulent",
    "general",
    "incorrect_account_details",
    "insufficient_funds",
    "noncompliant",
    "product_not_received",
    "product_unacceptable",
    "subscription_canceled",
    "unrecognized",
)


def open_(
    scope: Scope,
    charge_id: str,
    reason: str = "fraudulent",
    *,
    amount: int | None = None,
    is_inquiry: bool = False,
) -> Doc:
    """The donor's bank asks about a charge or a part of it, or takes it back at once."""
    charge = scope.get("charge", charge_id, param="charge")
    if not charge["paid"] or charge["payment_method_details"]["type"] != "card":
        raise StripeError("This charge cannot be disputed.", param="charge")
    earlier = scope.list_all("dispute", charge=charge_id)
    left = charge["amount"] - sum(dispute["amount"] for dispute in earlier)
    amount = left if amount is None else amount
    if not 0 < amount <= left:
        raise StripeError("So much of this charge is not left to dispute.", param="amount")
    dispute = scope.put(_document(scope, charge, reason, amount, is_inquiry=is_inquiry))
    scope.change(charge, "charge.updated", disputed=True)
    if not is_inquiry:
        _withdraw(scope, dispute)
    scope.emit("charge.dispute.created", dispute)
    if not is_inquiry:
        scope.emit("charge.dispute.funds_withdrawn", dispute)
        _overtake(scope, charge)
    return dispute


def open_twice(scope: Scope, charge_id: str) -> Doc:
    """A half first and then the rest, as some banks do."""
    charge = scope.get("charge", charge_id, param="charge")
    open_(scope, charge_id, amount=charge["amount"] // 2)
    return open_(scope, charge_id)


def escalate(scope: Scope, dispute_id: str) -> Doc:
    """An inquiry becomes a dispute: only now does money leave."""
    dispute = _in_state(scope, dispute_id, *INQUIRY)
    _withdraw(scope, dispute)
    details = dispute["evidence_details"] | {
        "due_by": scope.now + ANSWER_SECONDS,
        "past_due": False,
    }
    card = dispute["payment_method_details"]["card"] | {"case_type": "chargeback"}
    scope.change(
        dispute,
        "charge.dispute.updated",
        status="needs_response",
        evidence_details=details,
        is_charge_refundable=False,
        payment_method_details={"type": "card", "card": card},
    )
    scope.emit("charge.dispute.funds_withdrawn", dispute)
    _overtake(scope, scope.get("charge", dispute["charge"], param="charge"))
    return dispute


def answer(scope: Scope, dispute_id: str, evidence: Doc, *, is_submitted: bool) -> Doc:
    """Evidence is kept; once submitted the bank looks at it, and Stripe may take its fee."""
    dispute = _in_state(scope, dispute_id, *INQUIRY, *OPEN)
    if dispute["evidence_details"]["past_due"]:
        raise StripeError("The time to submit evidence for this dispute has passed.")
    details = dict(dispute["evidence_details"])
    kept = dispute["evidence"] | evidence
    details["has_evidence"] = any(value for key, value in kept.items() if key in EVIDENCE)
    status = dispute["status"]
    if is_submitted:
        details["submission_count"] += 1
        is_first = details["submission_count"] == 1
        status = "warning_under_review" if status in INQUIRY else "under_review"
        if is_first and status == "under_review" and scope.account.fees.countered_dispute:
            _charge_for_answer(scope, dispute)
    return scope.change(
        dispute,
        "charge.dispute.updated",
        evidence=kept,
        evidence_details=details,
        status=status,
    )


def decide(scope: Scope, dispute_id: str, outcome: str) -> Doc:
    """The bank's last word: won, lost, prevented, or `closed` for an inquiry that came to rest.

    A lost dispute can still be won later.
    """
    if outcome in ("prevented", "closed"):
        dispute = _in_state(scope, dispute_id, *INQUIRY)
        status = "prevented" if outcome == "prevented" else "warning_closed"
        scope.change(dispute, status=status)
    elif outcome == "lost":
        dispute = _in_state(scope, dispute_id, *OPEN)
        scope.change(dispute, status="lost")
    else:
        dispute = _in_state(scope, dispute_id, *OPEN, "lost")
        _reinstate(scope, dispute)
        scope.change(dispute, status="won")
        scope.emit("charge.dispute.funds_reinstated", dispute)
    scope.emit("charge.dispute.closed", dispute)
    return dispute


def accept(scope: Scope, dispute_id: str) -> Doc:
    """We have nothing to say against it."""
    dispute = scope.get("dispute", dispute_id, param="dispute")
    if dispute["status"] not in OPEN:
        raise StripeError("This dispute is already closed.", param="dispute")
    return decide(scope, dispute_id, "lost")


def look_again(scope: Scope) -> None:
    """Unanswered in time is lost; an inquiry that nobody pursued is closed."""
    for status, outcome in (("needs_response", "lost"), ("warning_needs_response", "closed")):
        for dispute in scope.list_all("dispute", status=status):
            if dispute["evidence_details"]["due_by"] <= scope.now:
                dispute["evidence_details"]["past_due"] = True
                scope.put(dispute)
                decide(scope, dispute["id"], outcome)


def _overtake(scope: Scope, charge: Doc) -> None:
    fail_pending(scope, charge["id"])
    alerts.close_for(scope, charge, "disputed")


def _withdraw(scope: Scope, dispute: Doc) -> None:
    settled, rate = balance.exchanged(scope, dispute["amount"], dispute["currency"])
    line = balance.record(
        scope,
        kind="adjustment",
        category="dispute",
        amount=-settled,
        source=dispute["id"],
        description=f"Chargeback withdrawal for {dispute['charge']}",
        fees=[FeeLine("stripe_fee", "Dispute fee", scope.account.fees.dispute)],
        exchange_rate=rate,
    )
    dispute["balance_transactions"] = [rendered(line, scope.now)]
    scope.put(dispute)


def _charge_for_answer(scope: Scope, dispute: Doc) -> None:
    fee = scope.account.fees.countered_dispute
    balance.record(
        scope,
        kind="stripe_fee",
        category="fee",
        amount=-fee,
        source=None,
        description=f"Dispute countered fee ({dispute['id']})",
    )
    dispute["_answer_fee"] = fee


def _reinstate(scope: Scope, dispute: Doc) -> None:
    withdrawn = dispute["balance_transactions"][0]
    paid = dispute.get("_answer_fee", 0)
    line = balance.record(
        scope,
        kind="adjustment",
        category="dispute_reversal",
        amount=-withdrawn["amount"],
        source=dispute["id"],
        description=f"Chargeback reversal for {dispute['charge']}",
        fees=[FeeLine("stripe_fee", "Dispute countered fee returned", -paid)] if paid else (),
        exchange_rate=balance.exchanged(scope, dispute["amount"], dispute["currency"])[1],
    )
    both = [*dispute["balance_transactions"], rendered(line, scope.now)]
    scope.change(dispute, balance_transactions=both)


def _in_state(scope: Scope, dispute_id: str, *states: str) -> Doc:
    dispute = scope.get("dispute", dispute_id, param="dispute")
    if dispute["status"] not in states:
        raise StripeError(f"This dispute is already {dispute['status']}.", param="dispute")
    return dispute


def _document(scope: Scope, charge: Doc, reason: str, amount: int, *, is_inquiry: bool) -> Doc:
    brand = charge["payment_method_details"]["card"]["brand"]
    seconds = INQUIRY_SECONDS if is_inquiry else ANSWER_SECONDS
    return {
        "id": new_id("du"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": scope.now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": scope.now + seconds,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": is_inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": brand,
                "case_type": "inquiry" if is_inquiry else "chargeback",
                "network": brand,
                "network_reason_code": "10",
            },
            "type": "card",
        },
        "reason": reason,
        "status": "warning_needs_response" if is_inquiry else "needs_response",
    }
