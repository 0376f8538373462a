"""Links that we send by mail: the id of what they are about, signed for one purpose.

Such a token can be made again by the job that sends the letter, so it is never stored.
"""

from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

_secret_key = ""


def init(secret_key: str) -> None:
    """Sign with this key from now on."""
    global _secret_key
    _secret_key = secret_key


def write(purpose: str, thing_id: UUID) -> str:
    """The token for this thing and `purpose` (`room.what`); it opens nothing else."""
    return str(URLSafeSerializer(_secret_key, salt=purpose).dumps(thing_id.hex))


def read(purpose: str, token: str) -> UUID | None:
    """What `token` is about; None if we did not write it for this purpose."""
    try:
        return UUID(URLSafeSerializer(_secret_key, salt=purpose).loads(token))
    except BadSignature:
        return None
