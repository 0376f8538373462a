"""The token in an invitation's letter."""

from uuid import UUID

from fund import signed
from fund.errors import Refused

_PURPOSE = "people.invitation"


def write(invitation_id: UUID) -> str:
    """The token for this invitation."""
    return signed.write(_PURPOSE, invitation_id)


def read(token: str) -> UUID:
    """The invitation behind `token`. Raises Refused if we did not write it."""
    invitation_id = signed.read(_PURPOSE, token)
    if invitation_id is None:
        raise Refused("invitation_over")
    return invitation_id
