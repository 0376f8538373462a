"""What the twin is told by its environment."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from .money import EXPONENT, Fees

API_VERSION = "2026-10-28.endive"
OLD_API_VERSION = "2025-03-31.basil"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class Account:
    """One practice Stripe account, reached by its key."""

    api_key: str
    id: str
    country: str
    currency: str
    name: str
    fees: Fees
    webhook_url: str
    webhook_secret: str
    old_webhook_secret: str = ""  # signs too, while the endpoint's secret is rolled
    methods: tuple[str, ...] = ("card",)
    method_fees: Mapping[str, Fees] = field(default_factory=dict)
    payout_interval: str = "daily"

    def fees_for(self, method: str) -> Fees:
        """Some methods have a price list of their own."""
        return self.method_fees.get(method, self.fees)


@dataclass(frozen=True)
class Settings:
    host: str
    port: int
    state: Path
    accounts: tuple[Account, ...]

    @property
    def base_url(self) -> str:
        return f"http://{self.host}:{self.port}"


DEFAULT_ACCOUNTS: tuple[dict[str, Any], ...] = (
    {
        "api_key": "sk_test_practice_nz",
        "id": "acct_practice_nz",
        "country": "NZ",
        "currency": "nzd",
        "name": "LIFT Life Fund · practice office NZ",
        "fees": {"percent_bp": 270, "fixed": 30, "international_bp": 100, "conversion_bp": 200},
        "webhook_url": "/webhooks/stripe/nz",
        "webhook_secret": "whsec_practice_nz",
        "methods": ["card", "link", "nz_bank_account"],
    },
    {
        "api_key": "sk_test_practice_us",
        "id": "acct_practice_us",
        "country": "US",
        "currency": "usd",
        "name": "LIFT Life Fund · practice office US",
        "fees": {
            "percent_bp": 290,
            "fixed": 30,
            "international_bp": 150,
            "conversion_bp": 100,
            "countered_dispute": 1500,
        },
        "webhook_url": "/webhooks/stripe/us",
        "webhook_secret": "whsec_practice_us",
    },
    {
        "api_key": "sk_test_practice_th",
        "id": "acct_practice_th",
        "country": "TH",
        "currency": "thb",
        "name": "LIFT Life Fund · practice office TH",
        "fees": {
            "percent_bp": 365,
            "fixed": 1000,
            "international_bp": 100,
            "conversion_bp": 200,
            "tax_bp": 700,
            "dispute": 50_000,
        },
        "method_fees": {
            "promptpay": {
                "percent_bp": 165,
                "fixed": 0,
                "international_bp": 0,
                "conversion_bp": 0,
                "tax_bp": 700,
            }
        },
        "methods": ["card", "promptpay"],
        "payout_interval": "manual",
        "webhook_url": "/webhooks/stripe/th",
        "webhook_secret": "whsec_practice_th",
    },
)


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings; ValueError on nonsense.

    `TWIN_BIND`, `TWIN_STATE`, `TWIN_ACCOUNTS` (a JSON list), and `TWIN_WEBHOOK_BASE`, where
    accounts whose webhook_url is only a path send their events.
    """
    host, _, port = environ.get("TWIN_BIND", "127.0.0.1:8010").rpartition(":")
    if host not in _LOOPBACK:
        raise ValueError(f"TWIN_BIND must be a loopback address, not {host!r}")
    given = environ.get("TWIN_ACCOUNTS")
    accounts = json.loads(given) if given else DEFAULT_ACCOUNTS
    return Settings(
        host=host,
        port=int(port),
        state=Path(environ.get("TWIN_STATE", "var/stripe_twin.sqlite3")),
        accounts=tuple(
            _account(entry, environ.get("TWIN_WEBHOOK_BASE", "http://127.0.0.1:8000"))
            for entry in accounts
        ),
    )


def _account(entry: Mapping[str, Any], webhook_base: str) -> Account:
    url = urljoin(webhook_base, entry["webhook_url"])
    own_fees = entry.get("method_fees", {})
    account = Account(
        **{
            **entry,
            "fees": Fees(**entry["fees"]),
            "methods": tuple(entry.get("methods", ("card",))),
            "method_fees": {method: Fees(**own_fees[method]) for method in own_fees},
            "webhook_url": url,
        }
    )
    if account.currency not in EXPONENT:
        raise ValueError(f"{account.id}: the twin does not know the currency {account.currency!r}")
    if urlsplit(account.webhook_url).hostname not in _LOOPBACK:
        raise ValueError(f"{account.id}: practice webhooks go to this machine only")
    return account
