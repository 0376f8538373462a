"""The only module that speaks to Stripe."""

from collections.abc import Mapping

import stripe

from config.settings import StripeKeys

API_VERSION = "2026-10-28.endive"

_clients: dict[str, stripe.StripeClient] = {}
_keys: Mapping[str, StripeKeys] = {}


def init(keys: Mapping[str, StripeKeys], api_base: str | None) -> None:
    """One client an office; `api_base` points to the twin in practice."""
    global _keys
    _keys = keys
    _clients.clear()
    for office, pair in keys.items():
        _clients[office] = stripe.StripeClient(
            pair.api_key,
            stripe_version=API_VERSION,
            max_network_retries=2,
            base_addresses={"api": api_base} if api_base else {},
        )
