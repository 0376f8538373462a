"""What a witness puts under a checkpoint: C2SP tlog-cosignature, `cosignature/v1` with Ed25519."""

from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from fund.audit import notes, verify
from fund.crypto import VerifierKey

_LATEST = 253402300799  # 31 December 9999, the last second that a datetime holds


def cosign(note: str, name: str, private_key: Ed25519PrivateKey, *, now: datetime) -> str:
    """The witness's line on a checkpoint that it found to be consistent."""
    key = verifier_key(name, private_key)
    seconds = int(now.timestamp())
    signature = private_key.sign(_message(verify.split_note(note)[0], seconds))
    return notes.signature_line(key, seconds.to_bytes(8) + signature)


def verifier_key(name: str, private_key: Ed25519PrivateKey) -> VerifierKey:
    """The public key by which the witness's lines are known."""
    return VerifierKey(name, VerifierKey.WITNESS, private_key.public_key().public_bytes_raw())


def find(note: str, key: VerifierKey) -> tuple[str, datetime] | None:
    """(line, time) of this witness's cosignature in a note, or None if it has none.

    Raises ValueError if there is one and it does not verify, or the note is none.
    """
    body, signatures = verify.split_note(note)
    for name, blob in signatures:
        if name == key.name and blob[:4] == key.id:
            seconds = int.from_bytes(blob[4:12])
            try:
                public_key = Ed25519PublicKey.from_public_bytes(key.public)
                public_key.verify(blob[12:], _message(body, seconds))
            except InvalidSignature:
                raise ValueError("the cosignature is wrong")
            if seconds > _LATEST:
                raise ValueError("the cosignature's time is beyond all years")
            return notes.signature_line(key, blob[4:]), datetime.fromtimestamp(seconds, UTC)
    return None


def _message(body: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{body}".encode()
