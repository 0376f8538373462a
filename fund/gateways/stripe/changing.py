"""What a donor changes of a subscription. Each call says how it shall be, so it may be repeated."""

from typing import Any

from fund.errors import Refused
from fund.gateways.stripe.billing import retrieve_subscription
from fund.gateways.stripe.client import Doc, back_to, call
from fund.gateways.stripe_amounts import to_stripe
from fund.money import Money


def change_item(
    office: str, item_id: str, *, amount: Money, every: Any, product_id: str, key: str
) -> None:
    """Another amount or fund, from the next invoice on."""
    call(
        office,
        lambda client: client.v1.subscription_items.update(
            item_id,
            {
                "price_data": {
                    "currency": amount.currency.lower(),
                    "unit_amount": to_stripe(amount),
                    "product": product_id,
                    "recurring": {"interval": every},
                },
                "proration_behavior": "none",
            },
            {"idempotency_key": key},
        ),
    )


def move_day(office: str, subscription_id: str, *, at: int, key: str) -> None:
    """The next payment at this moment, and then on its day; nothing is asked for until then."""
    call(
        office,
        lambda client: client.v1.subscriptions.update(
            subscription_id,
            {"trial_end": at, "proration_behavior": "none"},
            {"idempotency_key": key},
        ),
    )


def pause(office: str, subscription_id: str, *, resumes_at: int | None, key: str) -> None:
    """Ask for nothing until then, or until `resume`. What is open is asked for no longer."""
    how: Any = {"behavior": "void"}
    if resumes_at is not None:
        how["resumes_at"] = resumes_at
    call(
        office,
        lambda client: client.v1.subscriptions.update(
            subscription_id, {"pause_collection": how}, {"idempotency_key": key}
        ),
    )
    if resumes_at is None:
        for invoice_id in _list_open_invoices(office, subscription_id):
            _void(office, invoice_id)


def resume(office: str, subscription_id: str, *, key: str) -> None:
    """Ask for payments again, from the next one on."""
    call(
        office,
        lambda client: client.v1.subscriptions.update(
            subscription_id, {"pause_collection": ""}, {"idempotency_key": key}
        ),
    )


def cancel(office: str, subscription_id: str, *, key: str) -> Doc:
    """End the subscription at once; as it stands then. One that ended already stays so."""
    try:
        call(
            office,
            lambda client: client.v1.subscriptions.cancel(
                subscription_id, {}, {"idempotency_key": key}
            ),
        )
    except Refused as refused:
        if refused.params.get("reason") != "resource_missing":
            raise
    for invoice_id in _list_open_invoices(office, subscription_id):
        _void(office, invoice_id)
    return retrieve_subscription(office, subscription_id)


def create_card_session(
    office: str,
    plan_id: str,
    *,
    customer_id: str,
    method_types: tuple[Any, ...],
    language: str,
    path: str,
) -> Doc:
    """Stripe's page for another card, or wallet, kept for the plan without a payment."""
    return call(
        office,
        lambda client: client.v1.checkout.sessions.create(
            {
                "mode": "setup",
                "allowed_payment_method_types": [*method_types],
                "customer": customer_id,
                "locale": "th" if language == "th" else "en",
                "setup_intent_data": {"metadata": {"plan_id": plan_id}},
                "success_url": back_to(path),
                "cancel_url": back_to(path),
            }
        ),
    )


def use_card(office: str, subscription_id: str, *, method: str, key: str) -> None:
    """Pay by this card from now on, and with it what is open."""
    call(
        office,
        lambda client: client.v1.subscriptions.update(
            subscription_id, {"default_payment_method": method}, {"idempotency_key": key}
        ),
    )
    for invoice_id in _list_open_invoices(office, subscription_id):
        try:
            _pay(office, invoice_id)
        except Refused:
            return  # the card is kept; Stripe tries again as it does


def _pay(office: str, invoice_id: str) -> None:
    call(office, lambda client: client.v1.invoices.pay(invoice_id))


def _void(office: str, invoice_id: str) -> None:
    call(office, lambda client: client.v1.invoices.void_invoice(invoice_id))


def _list_open_invoices(office: str, subscription_id: str) -> list[str]:
    answer = call(
        office,
        lambda client: client.v1.invoices.list({"subscription": subscription_id, "status": "open"}),
    )
    return [invoice["id"] for invoice in answer["data"]]
