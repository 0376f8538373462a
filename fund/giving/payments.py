"""What Stripe says about a gift's payment, read from its objects."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fund.gateways.stripe_amounts import from_stripe
from fund.money import Money

Doc = dict[str, Any]


@dataclass(frozen=True)
class StripePayment:
    """One attempt to pay one gift. `state` is that of models.Gift; `paid_at` if it is `paid`."""

    gift_id: UUID
    attempt: int
    state: str
    amount: Money
    session_id: str | None = None
    payment_intent_id: str | None = None
    charge_id: str | None = None
    paid_at: datetime | None = None


def from_session(session: Doc) -> StripePayment | None:
    """The payment of a Checkout session with its intent unfolded; None if it is no gift's."""
    gift_id = gift_id_of(session)
    if gift_id is None:
        return None
    intent: Doc = session["payment_intent"] or {}
    return StripePayment(
        gift_id=gift_id,
        attempt=int(session["metadata"]["attempt"]),
        state=_session_state(session, intent),
        amount=from_stripe(session["amount_total"], session["currency"]),
        session_id=session["id"],
        **_charge(intent),
    )


def from_payment_intent(intent: Doc) -> StripePayment | None:
    """The payment of an intent with its charge unfolded; None if it is no gift's.

    A decline leaves the intent asking for another card on the same page, so only money that came,
    or is on its way, is news here; that a session is over is said by the session.
    """
    gift_id = gift_id_of(intent)
    if gift_id is None:
        return None
    news = {"succeeded": "paid", "processing": "processing"}
    return StripePayment(
        gift_id=gift_id,
        attempt=int(intent["metadata"]["attempt"]),
        state=news.get(intent["status"], "open"),
        amount=from_stripe(intent["amount"], intent["currency"]),
        **_charge(intent),
    )


def from_charge(charge: Doc) -> StripePayment | None:
    """The payment that a charge made; None if it is no gift's, or did not succeed."""
    gift_id = gift_id_of(charge)
    if gift_id is None or not (charge["paid"] and charge["captured"]):
        return None
    return StripePayment(
        gift_id=gift_id,
        attempt=int(charge["metadata"]["attempt"]),
        state="paid",
        amount=from_stripe(charge["amount"], charge["currency"]),
        payment_intent_id=charge["payment_intent"],
        charge_id=charge["id"],
        paid_at=datetime.fromtimestamp(charge["created"], UTC),
    )


def gift_id_of(doc: Doc) -> UUID | None:
    """The gift that a Stripe object names as its own, if it names one."""
    try:
        return UUID(doc["metadata"]["gift_id"])
    except (KeyError, TypeError, ValueError):
        return None


def _session_state(session: Doc, intent: Doc) -> str:
    if session["payment_status"] == "paid":
        return "paid"
    if session["status"] == "complete":
        return "processing" if intent.get("status") == "processing" else "failed"
    return "expired" if session["status"] == "expired" else "open"


def _charge(intent: Doc) -> Doc:
    charge: Doc = intent.get("latest_charge") or {}
    is_paid = intent.get("status") == "succeeded" and charge
    return {
        "payment_intent_id": intent.get("id"),
        "charge_id": charge.get("id"),
        "paid_at": datetime.fromtimestamp(charge["created"], UTC) if is_paid else None,
    }
