"""Refunds at Stripe."""

from collections.abc import Iterator
from dataclasses import dataclass

from fund.gateways.stripe.client import Doc, KeptError, call, list_all
from fund.gateways.stripe_amounts import to_stripe
from fund.money import Money


@dataclass(frozen=True)
class RefundOrder:
    """What a refund is made of. The same `reference` gives the same refund.

    `reason` is one of Stripe's or None. `email`: where Stripe asks for bank details, for methods
    that cannot take money back by themselves.
    """

    reference: str
    payment_intent: str
    amount: Money
    reason: str | None
    email: str | None


def create_refund(office: str, order: RefundOrder) -> Doc:
    """Give money back. Raises Refused(`stripe_refused`) with Stripe's reason."""
    asked: Doc = {
        "payment_intent": order.payment_intent,
        "amount": to_stripe(order.amount),
        "metadata": {"refund_id": order.reference},
    }
    if order.reason:
        asked["reason"] = order.reason
    if order.email:
        asked["instructions_email"] = order.email
    key = f"{order.reference}:refund"

    def make(key: str) -> Doc:
        return call(
            office,
            lambda client: client.v1.refunds.create(asked, {"idempotency_key": key}),  # type: ignore[arg-type]
        )

    try:
        return make(key)
    except KeptError:
        return find_refund(office, order) or make(f"{key}:again")


def find_refund(office: str, order: RefundOrder) -> Doc | None:
    """The refund that was made of this order, if Stripe made one."""
    for doc in list_refunds(office, order.payment_intent):
        if (doc["metadata"] or {}).get("refund_id") == order.reference:
            return doc
    return None


def retrieve_refund(office: str, refund_id: str) -> Doc:
    """A refund as it stands."""
    return call(office, lambda client: client.v1.refunds.retrieve(refund_id))


def list_refunds(office: str, payment_intent: str) -> Iterator[Doc]:
    """The refunds of a payment, newest first."""
    filters: Doc = {"payment_intent": payment_intent}
    return list_all(office, "/v1/refunds", filters)
