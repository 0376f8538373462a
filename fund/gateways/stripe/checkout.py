"""Checkout sessions and what they become."""

from dataclasses import dataclass
from typing import Any

from fund.gateways.stripe.client import Doc, back_to, call, create
from fund.gateways.stripe_amounts import to_stripe
from fund.money import Money


@dataclass(frozen=True)
class CheckoutOrder:
    """What a Checkout session is made of. The same order with the same key gives the same one.

    `method_types`: exactly these are offered, by Stripe's names, which the library knows as
    literals; wallets come with `card`.
    """

    reference: str
    attempt: int
    amount: Money
    title: str
    email: str
    language: str
    return_path: str
    method_types: tuple[Any, ...]

    @property
    def idempotency_key(self) -> str:
        return f"{self.reference}:{self.attempt}"


def create_checkout_session(office: str, order: CheckoutOrder) -> Doc:
    """A hosted Checkout session for one gift; a repeated call gives the same session."""
    metadata = {"gift_id": order.reference, "attempt": str(order.attempt)}
    currency = order.amount.currency.lower()
    return create(
        office,
        order.idempotency_key,
        lambda client, key: client.v1.checkout.sessions.create(
            {
                "mode": "payment",
                "allowed_payment_method_types": [*order.method_types],
                "submit_type": "donate",
                # In another currency than the gift's it would not be what the donor was shown.
                "adaptive_pricing": {"enabled": False},
                "client_reference_id": order.reference,
                "customer_email": order.email,
                "locale": "th" if order.language == "th" else "en",
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {
                            "currency": currency,
                            "unit_amount": to_stripe(order.amount),
                            "product_data": {"name": order.title},
                        },
                    }
                ],
                "metadata": metadata,
                "payment_intent_data": {"metadata": metadata},
                "success_url": back_to(order.return_path),
                "cancel_url": back_to(order.return_path),
            },
            key,
        ),
    )


def retrieve_session(office: str, session_id: str) -> Doc:
    """A Checkout session with its payment intent and that one's charge unfolded."""
    return call(
        office,
        lambda client: client.v1.checkout.sessions.retrieve(
            session_id, {"expand": ["payment_intent.latest_charge"]}
        ),
    )


def expire_session(office: str, session_id: str) -> Doc:
    """Close a Checkout session. Raises Refused if it is not open any more."""
    return call(office, lambda client: client.v1.checkout.sessions.expire(session_id))


def retrieve_charge(office: str, charge_id: str) -> Doc:
    """A charge."""
    return call(office, lambda client: client.v1.charges.retrieve(charge_id))


def retrieve_payment_intent(office: str, intent_id: str) -> Doc:
    """A payment intent with its charge unfolded."""
    return call(
        office,
        lambda client: client.v1.payment_intents.retrieve(intent_id, {"expand": ["latest_charge"]}),
    )
