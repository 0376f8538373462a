"""The only module that speaks to Stripe. Called between transactions, never inside one.

Objects leave it as plain dicts (a `StripeObject` is no dict). Every call may raise `Unavailable`
(slow, down, too many at once: the same call may be made again) or `Refused("stripe_refused")`.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import stripe

from config.settings import StripeKeys
from fund.errors import Refused, Unavailable
from fund.money import Money

API_VERSION = "2026-10-28.endive"
TIMEOUT_SECONDS = 8
CALLS_AT_ONCE = 8
TOLERANCE_SECONDS = 300
PAGE = 100

Doc = dict[str, Any]

_clients: dict[str, stripe.StripeClient] = {}
_keys: Mapping[str, StripeKeys] = {}
_base_url = ""
_places = threading.BoundedSemaphore(CALLS_AT_ONCE)


class BadWebhook(Exception):
    """A request that Stripe did not send to this office, or not now; `reason` for the counter."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class CheckoutOrder:
    """What a Checkout session is made of. The same order with the same key gives the same one."""

    reference: str
    attempt: int
    amount: Money
    title: str
    email: str
    language: str
    return_path: str

    @property
    def idempotency_key(self) -> str:
        return f"{self.reference}:{self.attempt}"


def init(keys: Mapping[str, StripeKeys], api_base: str | None, base_url: str) -> None:
    """One client an office; `api_base` points to the twin in practice, `base_url` back to us."""
    global _keys, _base_url
    _keys, _base_url = keys, base_url
    _clients.clear()
    for office, pair in keys.items():
        _clients[office] = stripe.StripeClient(
            pair.api_key,
            stripe_version=API_VERSION,
            max_network_retries=0,  # a job tries again; a donor is not kept waiting
            http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
            base_addresses={"api": api_base} if api_base else {},
        )


def list_office_codes() -> list[str]:
    """The offices whose Stripe account this service can reach."""
    return sorted(_clients)


def check(office: str) -> str:
    """The id of the office's account, if its key is taken."""
    return str(_call(office, lambda client: client.v1.accounts.retrieve_current())["id"])


def create_checkout_session(office: str, order: CheckoutOrder) -> Doc:
    """A hosted Checkout session for one gift; a repeated call gives the same session."""
    metadata = {"gift_id": order.reference, "attempt": str(order.attempt)}
    currency = order.amount.currency.lower()
    return _call(
        office,
        lambda client: client.v1.checkout.sessions.create(
            {
                "mode": "payment",
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
                            "unit_amount": order.amount.amount_minor,
                            "product_data": {"name": order.title},
                        },
                    }
                ],
                "metadata": metadata,
                "payment_intent_data": {"metadata": metadata},
                "success_url": _base_url + order.return_path,
                "cancel_url": _base_url + order.return_path,
            },
            {"idempotency_key": order.idempotency_key},
        ),
    )


def retrieve_session(office: str, session_id: str) -> Doc:
    """A Checkout session with its payment intent and that one's charge unfolded."""
    return _call(
        office,
        lambda client: client.v1.checkout.sessions.retrieve(
            session_id, {"expand": ["payment_intent.latest_charge"]}
        ),
    )


def retrieve_payment_intent(office: str, intent_id: str) -> Doc:
    """A payment intent with its charge unfolded."""
    return _call(
        office,
        lambda client: client.v1.payment_intents.retrieve(intent_id, {"expand": ["latest_charge"]}),
    )


def list_balance_transactions(
    office: str, *, created_from: int = 0, payout: str | None = None
) -> Iterator[Doc]:
    """Balance transactions, newest first, each with its source unfolded.

    `created_from`: whole seconds since 1970, included. `payout`: only what an automatic payout
    carries, itself included. One call for each hundred; the caller reads to the end.
    """
    filters: Doc = {"created": {"gte": created_from}, "expand": ["data.source"]}
    if payout is not None:
        filters["payout"] = payout
    return _list(office, lambda page, client: client.v1.balance_transactions.list(page), filters)


def list_events(office: str, *, created_from: int) -> Iterator[Doc]:
    """Events since then, newest first, in the API version of their creation."""
    filters: Doc = {"created": {"gte": created_from}}
    return _list(office, lambda page, client: client.v1.events.list(page), filters)


def verify_webhook(office: str, payload: bytes, signature: str, *, now: datetime) -> Doc:
    """The event in `payload`, signed for this office, now, in our mode. Raises BadWebhook."""
    keys = _keys.get(office)
    if keys is None:
        raise BadWebhook("unknown_office")
    if not signature.isascii():  # the library compares ASCII only
        raise BadWebhook("bad_signature")
    try:
        stripe.WebhookSignature.verify_header(payload, signature, keys.webhook_secret)
        event = json.loads(payload)
    except stripe.SignatureVerificationError:
        raise BadWebhook("bad_signature")
    except ValueError:
        raise BadWebhook("not_json")
    # Stripe's own check knows only the past; a signature from the future is as wrong.
    if abs(now.timestamp() - _signed_at(signature)) > TOLERANCE_SECONDS:
        raise BadWebhook("stale")
    if not isinstance(event, dict) or event.get("object") != "event":
        raise BadWebhook("no_event")
    if event.get("livemode") is not keys.is_live:
        raise BadWebhook("other_mode")
    return event


def _signed_at(signature: str) -> int:
    parts = (part.partition("=") for part in signature.split(","))
    return next(int(value) for name, _, value in parts if name == "t")


def _list(
    office: str, list_page: Callable[[Any, stripe.StripeClient], Any], filters: Doc
) -> Iterator[Doc]:
    page: Doc = filters | {"limit": PAGE}
    while True:
        answer = _call(office, partial(list_page, page))
        yield from answer["data"]
        if not answer["has_more"]:
            return
        page = page | {"starting_after": answer["data"][-1]["id"]}


def _call(office: str, ask: Callable[[stripe.StripeClient], Any]) -> Doc:
    client = _clients.get(office)
    if client is None:
        raise Unavailable("stripe_not_set_up")
    with _place():
        try:
            answer: Doc = ask(client).to_dict()
        except (stripe.InvalidRequestError, stripe.CardError, stripe.IdempotencyError) as error:
            raise Refused("stripe_refused", reason=error.code or "refused") from error
        except stripe.StripeError as error:
            raise Unavailable("stripe_unavailable") from error
    return answer


@contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(blocking=False):
        raise Unavailable("stripe_busy")
    try:
        yield
    finally:
        _places.release()
