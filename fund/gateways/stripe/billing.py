"""Gifts that come again: customers, products, subscriptions and their invoices."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fund.errors import Refused
from fund.gateways.stripe.client import Doc, back_to, call, create, list_all
from fund.gateways.stripe_amounts import to_stripe
from fund.money import Money

# Stripe takes four levels at most; the charge's id is in the payment intent.
_INVOICE = ["data.invoice", "data.payment.payment_intent"]


@dataclass(frozen=True)
class PlanOrder:
    """What a Checkout session for a plan is made of; the same order gives the same session.

    `method_types` as in CheckoutOrder. Before `starts_at`, in seconds since 1970, nothing is
    charged; without it, the first payment is made there.
    """

    reference: str
    attempt: int
    amount: Money
    every: Any  # `month` or `year`, which the library wants to know as literals
    product_id: str
    customer_id: str
    language: str
    return_path: str
    method_types: tuple[Any, ...]
    starts_at: int | None = None


def create_plan_session(office: str, order: PlanOrder) -> Doc:
    """A hosted Checkout session that begins a subscription."""
    metadata = {"plan_id": order.reference, "attempt": str(order.attempt)}
    data: Any = {"metadata": metadata}
    if order.starts_at is not None:
        data["trial_end"] = order.starts_at
    return create(
        office,
        f"{order.reference}:{order.attempt}",
        lambda client, key: client.v1.checkout.sessions.create(
            {
                "mode": "subscription",
                "allowed_payment_method_types": [*order.method_types],
                "submit_type": "donate",
                "adaptive_pricing": {"enabled": False},
                "client_reference_id": order.reference,
                "customer": order.customer_id,
                "locale": "th" if order.language == "th" else "en",
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {
                            "currency": order.amount.currency.lower(),
                            "unit_amount": to_stripe(order.amount),
                            "product": order.product_id,
                            "recurring": {"interval": order.every},
                        },
                    }
                ],
                "metadata": metadata,
                "subscription_data": data,
                "success_url": back_to(order.return_path),
                "cancel_url": back_to(order.return_path),
            },
            key,
        ),
    )


def create_product(office: str, product_id: str, name: str) -> None:
    """Let the account know a fund by this id; that it does already is fine."""
    try:
        call(office, lambda client: client.v1.products.create({"id": product_id, "name": name}))
    except Refused as refused:
        if refused.params.get("reason") != "resource_already_exists":
            raise


def create_customer(office: str, *, email: str, key: str) -> str:
    """A customer with this address; a repeated call with the same `key` gives the same id."""
    answer = create(
        office, key, lambda client, option: client.v1.customers.create({"email": email}, option)
    )
    return str(answer["id"])


def delete_customer(office: str, customer_id: str) -> None:
    """Let the account forget a customer, who has no subscription any more; once or again."""
    try:
        call(office, lambda client: client.v1.customers.delete(customer_id))
    except Refused as refused:
        if refused.params.get("reason") != "resource_missing":
            raise


def retrieve_subscription(office: str, subscription_id: str) -> Doc:
    """A subscription as it stands, with the card that it is paid by."""
    return call(
        office,
        lambda client: client.v1.subscriptions.retrieve(
            subscription_id, {"expand": ["default_payment_method"]}
        ),
    )


def find_invoice_payment(
    office: str, *, invoice: str | None = None, intent: str | None = None
) -> Doc | None:
    """The payment of an invoice, or for which a payment intent was made: with both unfolded.

    None for an invoice of nothing, and for an intent of no invoice.
    """
    answer = call(
        office,
        lambda client: client.v1.invoice_payments.list(
            {"invoice": invoice, "expand": _INVOICE}
            if invoice is not None
            else {
                "payment": {"type": "payment_intent", "payment_intent": intent or ""},
                "expand": _INVOICE,
            }
        ),
    )
    payments: list[Doc] = answer["data"]
    return payments[0] if payments else None


def retrieve_invoice(office: str, invoice_id: str) -> Doc:
    """An invoice as it stands."""
    return call(office, lambda client: client.v1.invoices.retrieve(invoice_id))


def retrieve_setup_intent(office: str, intent_id: str) -> Doc:
    """What became of a card that a donor was asked for."""
    return call(office, lambda client: client.v1.setup_intents.retrieve(intent_id))


def list_live_subscriptions(office: str) -> Iterator[Doc]:
    """Every subscription that has not ended, with the card that it is paid by; one call for each
    hundred."""
    return list_all(office, "/v1/subscriptions", {"expand": ["data.default_payment_method"]})
