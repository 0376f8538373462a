"""Whether a webhook is Stripe's, for this office, now."""

import json
from datetime import datetime

import stripe

from fund.gateways.stripe.client import Doc, keys_of

TOLERANCE_SECONDS = 300


class BadWebhook(Exception):
    """A request that Stripe did not send to this office, or not now; `reason` for the counter."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def verify_webhook(office: str, payload: bytes, signature: str, *, now: datetime) -> Doc:
    """The event in `payload`, signed for this office, now, in our mode. Raises BadWebhook."""
    keys = keys_of(office)
    if keys is None:
        raise BadWebhook("unknown_office")
    if not signature.isascii():  # the library compares ASCII only
        raise BadWebhook("bad_signature")
    try:
        stripe.WebhookSignature.verify_header(payload, signature, keys.webhook_secret)
        event: Doc = json.loads(payload)
    except stripe.SignatureVerificationError:
        raise BadWebhook("bad_signature")
    except ValueError:
        raise BadWebhook("not_json")
    # Stripe's own check knows only the past; a signature from the future is as wrong.
    if abs(now.timestamp() - _signed_at(signature)) > TOLERANCE_SECONDS:
        raise BadWebhook("stale")
    if not _is_event(event):
        raise BadWebhook("no_event")
    if event.get("livemode") is not keys.is_live:
        raise BadWebhook("other_mode")
    return event


def _is_event(event: object) -> bool:
    """Whether it has what an event of Stripe's always has."""
    match event:
        case {
            "object": "event",
            "id": str(),
            "type": str(),
            "created": int(),
            "data": {"object": dict()},
        }:
            return True
    return False


def _signed_at(signature: str) -> int:
    parts = (part.partition("=") for part in signature.split(","))
    return next(int(value) for name, _, value in parts if name == "t")
