"""The service's settings, read once from the environment, typed, with every fault named at once.

Practice defaults let `make run` and the tests start with nothing set; production refuses them.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from fund.crypto import Keyring, VerifierKey

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("FUND_VAR", ROOT / "var"))

PRACTICE_SECRET_KEY = "practice-only-secret-key-never-in-production"  # noqa: S105 refused below
PRACTICE_KEYRING = ",".join(
    f"{name}:{letter * 43}" for name, letter in (("practice", "E"), ("index", "I"), ("log", "M"))
)
PRACTICE_OFFICE = ("NZ", "sk_test_practice_nz", "whsec_practice_nz")
PRACTICE_SMTP = "smtp://127.0.0.1:8025"  # the mail viewer
TWIN_BASE = "http://127.0.0.1:8010"


class ConfigurationError(Exception):
    """The environment cannot be used; `faults` says everything that is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class StripeKeys:
    """One receiving office's access to its Stripe account."""

    api_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)

    @property
    def is_live(self) -> bool:
        return "_live_" in self.api_key


@dataclass(frozen=True)
class WitnessAddress:
    """Where a witness of the log answers, and the key by which its cosignatures are known."""

    url: str
    key: VerifierKey


@dataclass(frozen=True)
class Settings:
    """URLs are as libpq, SMTP and fsspec read them; `stripe` is keyed by lower-case office code."""

    env: str
    secret_key: str = field(repr=False)
    keyring: Keyring = field(repr=False)
    base_url: str
    database_url: str | None = field(repr=False)
    database_owner_url: str | None = field(repr=False)
    database_read_url: str | None = field(repr=False)
    stripe: Mapping[str, StripeKeys] = field(repr=False)
    stripe_api_base: str | None
    smtp_url: str = field(repr=False)
    storage_url: str
    witnesses: tuple[WitnessAddress, ...]

    @property
    def is_production(self) -> bool:
        return self.env == "production"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read and check the environment. Raises ConfigurationError with all faults."""
        return _Reader(environ).settings()


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.faults: list[str] = []
        self.env = environ.get("FUND_ENV", "practice")
        self.production = self.env == "production"

    def settings(self) -> Settings:
        if self.env not in ("production", "practice", "test"):
            self.faults.append("FUND_ENV is production, practice or test")
        settings = Settings(
            env=self.env,
            secret_key=self.secret("FUND_SECRET_KEY", PRACTICE_SECRET_KEY),
            keyring=self.keyring(),
            base_url=self.base_url(),
            database_url=self.database("DATABASE_URL", required=True),
            database_owner_url=self.database("DATABASE_OWNER_URL", required=False),
            database_read_url=self.database("DATABASE_READ_URL", required=False),
            stripe=self.stripe(),
            stripe_api_base=self.stripe_api_base(),
            smtp_url=self.smtp(),
            storage_url=self.storage(),
            witnesses=self.witnesses(),
        )
        if self.faults:
            raise ConfigurationError(self.faults)
        return settings

    def secret(self, name: str, practice: str) -> str:
        value = self.environ.get(name) or ("" if self.production else practice)
        if self.production and (len(value) < 32 or value == practice):
            self.faults.append(f"{name} must be set to at least 32 characters of its own")
        return value

    def keyring(self) -> Keyring:
        practice = Keyring.parse(PRACTICE_KEYRING)
        text = self.environ.get("FUND_KEYRING") or ("" if self.production else PRACTICE_KEYRING)
        try:
            keyring = Keyring.parse(text)
        except ValueError as fault:
            self.faults.append(f"FUND_KEYRING: {fault}")
            return practice  # nobody gets it: a fault ends the reading
        if self.production and _all_keys(practice) & _all_keys(keyring):
            self.faults.append("FUND_KEYRING holds a practice key")
        return keyring

    def base_url(self) -> str:
        value = self.environ.get("FUND_BASE_URL") or (
            "" if self.production else "http://127.0.0.1:8000"
        )
        schemes = ("https",) if self.production else ("https", "http")
        if _scheme(value) not in schemes or not _host(value):
            self.faults.append(f"FUND_BASE_URL must be the service's {schemes[0]}:// address")
        return value.rstrip("/")

    def database(self, name: str, *, required: bool) -> str | None:
        value = self.environ.get(name) or None
        if value is None and required and self.production:
            self.faults.append(f"{name} must be set")
        if value is not None and _scheme(value) not in ("postgresql", "postgres"):
            self.faults.append(f"{name} must begin with postgresql://")
        return value

    def stripe(self) -> dict[str, StripeKeys]:
        offices = self.offices("STRIPE_API_KEY_") | self.offices("STRIPE_WEBHOOK_SECRET_")
        if not offices and not self.production:
            code, api_key, secret = PRACTICE_OFFICE
            return {code.lower(): StripeKeys(api_key, secret)}
        keys = {}
        for office in sorted(offices):
            api_key = self.environ.get(f"STRIPE_API_KEY_{office}", "")
            secret = self.environ.get(f"STRIPE_WEBHOOK_SECRET_{office}", "")
            pair = keys[office.lower()] = StripeKeys(api_key, secret)
            if not api_key.startswith(("sk_", "rk_")):
                self.faults.append(f"STRIPE_API_KEY_{office} must be set (sk_… or rk_…)")
            elif self.production and not pair.is_live:
                self.faults.append(f"STRIPE_API_KEY_{office} is a test key: its cards pay nothing")
            if not secret.startswith("whsec_"):
                self.faults.append(f"STRIPE_WEBHOOK_SECRET_{office} must be set (whsec_…)")
            elif self.production and "practice" in secret:
                self.faults.append(f"STRIPE_WEBHOOK_SECRET_{office} is a practice secret")
        return keys

    def offices(self, prefix: str) -> set[str]:
        return {name.removeprefix(prefix) for name in self.environ if name.startswith(prefix)}

    def stripe_api_base(self) -> str | None:
        value = self.environ.get("STRIPE_API_BASE") or (None if self.production else TWIN_BASE)
        stripes_own = _scheme(value or "") == "https" and _host(value or "").endswith(".stripe.com")
        if self.production and value and not stripes_own:
            self.faults.append("STRIPE_API_BASE must not point to the twin in production")
        return value

    def smtp(self) -> str:
        value = self.environ.get("SMTP_URL") or ("" if self.production else PRACTICE_SMTP)
        if _scheme(value) not in ("smtp", "smtps") or not _host(value):
            self.faults.append("SMTP_URL must begin with smtp:// or smtps:// and name a server")
        if self.production and value == PRACTICE_SMTP:
            self.faults.append("SMTP_URL must not be the practice mailbox")
        return value

    def storage(self) -> str:
        value = self.environ.get("STORAGE_URL") or ""
        if not _scheme(value) and (value or self.production):
            self.faults.append("STORAGE_URL must begin with file:// or s3://")
        return value or f"file://{VAR / 'documents'}"

    def witnesses(self) -> tuple[WitnessAddress, ...]:
        """`FUND_WITNESSES`: `url verifier-key[,url verifier-key …]`; none is fine."""
        found: list[WitnessAddress] = []
        for entry in filter(None, self.environ.get("FUND_WITNESSES", "").split(",")):
            url, _, text = entry.strip().partition(" ")
            try:
                key = VerifierKey.parse(text.strip(), VerifierKey.WITNESS)
            except ValueError as fault:
                self.faults.append(f"FUND_WITNESSES: {url}: {fault}")
                continue
            schemes = ("https",) if self.production else ("https", "http")
            if _scheme(url) not in schemes or not _host(url):
                self.faults.append(f"FUND_WITNESSES: {url} is no {schemes[0]}:// address")
            if key.name in (other.key.name for other in found):
                self.faults.append(f"FUND_WITNESSES: {key.name} is given twice")
            found.append(WitnessAddress(url.rstrip("/"), key))
        return tuple(found)


def _all_keys(keyring: Keyring) -> set[bytes]:
    wrapping = {key for _, key in keyring.keys}
    return wrapping | {keyring.index_key} | set(keyring.log_seeds.values())


def _scheme(url: str) -> str:
    return url.partition("://")[0] if "://" in url else ""


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
