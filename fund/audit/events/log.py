"""The log about itself: its keys, its checkpoints, its witnesses."""

from dataclasses import dataclass
from uuid import UUID

from fund.audit.events.base import Event


@dataclass(frozen=True)
class LogBegun(Event, subject="setup"):
    """The log signed for the first time; this is the public key by which it is known."""

    verifier_key: str


@dataclass(frozen=True)
class SigningKeyRotated(Event, subject="setup"):
    """The log took its next signing key. The key before it signed the new one; the hash is of that
    signed statement, and checkpoints from this size on are signed by the new key."""

    number: int
    verifier_key: str
    from_size: int
    rotation_sha256: str


@dataclass(frozen=True)
class CheckpointSigned(Event, subject="checkpoint"):
    """The log was signed as it stood at this size, so that a checkpoint cannot be taken away or
    changed unnoticed."""

    size: int
    root: str
    note_sha256: str


@dataclass(frozen=True)
class CheckpointWitnessed(Event, subject="checkpoint"):
    """A witness outside the service saw the checkpoint of this size, found that it only grew, and
    signed it too."""

    size: int
    witness: str
    line_sha256: str


# What the log says of itself: it is sealed with the next entry that says something else.
ABOUT_THE_LOG = frozenset({LogBegun.name, CheckpointSigned.name, CheckpointWitnessed.name})


def number_id(number: int) -> UUID:
    """The subject id of a checkpoint, from its size, and of a signing key, from its number."""
    return UUID(int=number)
