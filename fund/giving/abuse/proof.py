"""A proof of work (ALTCHA, second version): cheap for one gift, dear for thousands.

A challenge names its attempt, so that a solution opens that one and no other.
"""

from datetime import datetime, timedelta
from typing import Any

from altcha import Payload, create_challenge, verify_solution

from fund import keys
from fund.giving.abuse.orders import Coming

ALGORITHM = "PBKDF2/SHA-256"
# Iterations of one guess; a guess in 256 is right. About a second on a laptop, some on a phone.
COST = 2_000
LIFE = timedelta(minutes=30)


def make_challenge(order: Coming, *, now: datetime) -> dict[str, Any]:
    """What the page's script is to solve, as JSON."""
    challenge = create_challenge(
        ALGORITHM, COST, expires_at=now + LIFE, data={"order": _name(order)}, hmac_secret=_secret()
    )
    made: dict[str, Any] = challenge.to_dict()
    return made


def is_proof(order: Coming, typed: str) -> bool:
    """Whether this solves a challenge of ours for just this attempt, in time."""
    try:
        payload = Payload.from_base64(typed)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
    if payload.challenge.parameters.data != {"order": _name(order)}:
        return False
    return bool(verify_solution(payload, _secret()).verified)


def _name(order: Coming) -> str:
    return f"{order.id}:{order.attempt}"


def _secret() -> bytes:
    return keys.keyring().blind_index("abuse.proof", "challenge")
