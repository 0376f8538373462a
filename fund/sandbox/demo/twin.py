"""The strings that only the practice Stripe has: gifts and payouts of the past."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from config.settings import Settings

Doc = dict[str, Any]

_TIMEOUT_SECONDS = 60


class TwinUnavailable(Exception):
    """The practice Stripe does not answer, or not as it should."""


def reset(settings: Settings) -> None:
    """Forget every payment, so that an empty database meets an empty Stripe."""
    _post(settings, "reset", {})


def seed(settings: Settings, office: str, gifts: list[Doc]) -> list[Doc]:
    """A paid Checkout session a gift, in their order."""
    sessions: list[Doc] = _post(settings, "seed", _of(settings, office) | {"gifts": gifts})[
        "sessions"
    ]
    return sessions


def seed_payouts(settings: Settings, office: str, until: int) -> None:
    """The office's weekly payouts up to then."""
    _post(settings, "seed_payouts", _of(settings, office) | {"until": until})


def _of(settings: Settings, office: str) -> Doc:
    return {"api_key": settings.stripe[office].api_key}


def _post(settings: Settings, command: str, asked: Doc) -> Doc:
    where = urlsplit(settings.stripe_api_base or "")
    connection = http.client.HTTPConnection(
        where.hostname or "", where.port or 80, timeout=_TIMEOUT_SECONDS
    )
    try:
        headers = {"Content-Type": "application/json"}
        connection.request("POST", f"/_twin/{command}", json.dumps(asked), headers)
        answer = connection.getresponse()
        body: Doc = json.loads(answer.read())
    except (OSError, ValueError, http.client.HTTPException) as fault:
        raise TwinUnavailable(f"{command}: {fault}") from fault
    finally:
        connection.close()
    if answer.status != 200:
        raise TwinUnavailable(f"{command}: {body}")
    return body
