"""What the twin is told by its environment."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from .money import EXPONENT, Fees

API_VERSION = "2026-10-28.endive"
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
    },
    {
        "api_key": "sk_test_practice_us",
        "id": "acct_practice_us",
        "country": "US",
        "currency": "usd",
        "name": "LIFT Life Fund · practice office US",
        "fees": {"percent_bp": 290, "fixed": 30, "international_bp": 150, "conversion_bp": 100},
        "webhook_url": "/webhooks/stripe/us",
        "webhook_secret": "whsec_practice_us",
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
    account = Account(**{**entry, "fees": Fees(**entry["fees"]), "webhook_url": url})
    if account.currency not in EXPONENT:
        raise ValueError(f"{account.id}: the twin does not know the currency {account.currency!r}")
    if urlsplit(account.webhook_url).hostname not in _LOOPBACK:
        raise ValueError(f"{account.id}: practice webhooks go to this machine only")
    return account
