"""The token in an invitation's letter: the invitation's id, signed.

It can be made again by the job that sends the letter, so it is never stored.
"""

from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

from fund.errors import Refused

_serializer = URLSafeSerializer("")


def init(secret_key: str) -> None:
    """Sign with this key from now on."""
    global _serializer
    _serializer = URLSafeSerializer(secret_key, salt="people.invitation")


def write(invitation_id: UUID) -> str:
    """The token for this invitation."""
    return str(_serializer.dumps(invitation_id.hex))


def read(token: str) -> UUID:
    """The invitation behind `token`. Raises Refused if we did not write it."""
    try:
        return UUID(_serializer.loads(token))
    except BadSignature:
        raise Refused("invitation_over")
