"""What Stripe says about a plan, read from its objects."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fund.gateways.stripe_amounts import from_stripe
from fund.money import Money

Doc = dict[str, Any]


@dataclass(frozen=True)
class PlanPayment:
    """A paid invoice of a plan's subscription. `product_id` is the fund that it was asked for."""

    plan_id: UUID
    subscription_id: str
    invoice_id: str
    payment_intent_id: str
    charge_id: str | None
    amount: Money
    paid_at: datetime
    product_id: str


@dataclass(frozen=True)
class SubscriptionSeen:
    """How a plan's subscription stood when question number `asked` was answered.

    `state` is that of models.Plan, None while the first payment is open. `reason` once it ended.
    """

    plan_id: UUID
    asked: int
    subscription_id: str
    item_id: str
    state: str | None
    next_at: datetime
    is_skipping: bool
    reason: str


def plan_id_of(doc: Doc) -> UUID | None:
    """The plan that a Stripe object names as its own, if it names one."""
    try:
        return UUID(doc["metadata"]["plan_id"])
    except (KeyError, TypeError, ValueError):
        return None


def from_invoice_payment(payment: Doc) -> PlanPayment | None:
    """What was paid, of an invoice payment with invoice and intent unfolded; None if nothing."""
    invoice: Doc = payment["invoice"]
    details: Doc = (invoice["parent"] or {}).get("subscription_details") or {}
    plan_id = plan_id_of(details)
    if plan_id is None or invoice["status"] != "paid" or payment["status"] != "paid":
        return None
    intent: Doc = payment["payment"]["payment_intent"]
    return PlanPayment(
        plan_id=plan_id,
        subscription_id=details["subscription"],
        invoice_id=invoice["id"],
        payment_intent_id=intent["id"],
        charge_id=intent["latest_charge"],
        amount=from_stripe(payment["amount_paid"], payment["currency"]),
        paid_at=datetime.fromtimestamp(invoice["status_transitions"]["paid_at"], UTC),
        product_id=invoice["lines"]["data"][0]["pricing"]["price_details"]["product"],
    )


def from_subscription(doc: Doc, plan_id: UUID, asked: int) -> SubscriptionSeen:
    """How a subscription stands."""
    (item,) = doc["items"]["data"]
    return SubscriptionSeen(
        plan_id=plan_id,
        asked=asked,
        subscription_id=doc["id"],
        item_id=item["id"],
        state=_state(doc),
        next_at=datetime.fromtimestamp(item["current_period_end"], UTC),
        is_skipping=doc["pause_collection"] is not None,
        reason=doc["cancellation_details"]["reason"] or "unknown",
    )


def _state(doc: Doc) -> str | None:
    paused = doc["pause_collection"]
    match doc["status"]:
        case "active" | "trialing" | "past_due" if paused and paused["resumes_at"] is None:
            return "paused"
        case "canceled" | "incomplete_expired":
            return "stopped"
        case "past_due" | "unpaid":
            return "past_due"
        case "active" | "trialing":  # a day that was moved makes it trialing until then
            return "active"
    return None
