"""Checkpoints as C2SP tlog-checkpoint: a signed note over origin, size and root hash.

Signed with Ed25519 by the keyring's seeds `log`, `log2` …, which the database never sees. The
origin, which is the keys' name too, is the service's host and `/log` when the log began; it stays
the log's name wherever the service moves.
"""

import base64
from collections.abc import Sequence
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fund import keys
from fund.crypto import VerifierKey

_origin = ""


def init(base_url: str) -> None:
    """Name a log that begins here after the service's address."""
    global _origin
    _origin = f"{urlsplit(base_url).netloc}/log"


def origin() -> str:
    """The name of a log that begins here, e.g. `fund.example/log`."""
    if not _origin:
        raise RuntimeError("notes.init was not called")
    return _origin


class NoSuchSeed(Exception):
    """The keyring holds no seed of this number."""


def verifier_key(number: int, name: str) -> VerifierKey:
    """The public key of the keyring's seed `number` for the log `name`. Raises NoSuchSeed."""
    return VerifierKey(name, VerifierKey.LOG, _seed(number).public_key().public_bytes_raw())


def sign(name: str, size: int, root: bytes, numbers: Sequence[int]) -> str:
    """The checkpoint of a tree with this size and root hash, signed by these seeds."""
    body = f"{name}\n{size}\n{base64.b64encode(root).decode()}\n"
    return body + "\n" + "".join(_signature(name, number, body) for number in numbers)


def head(note: str) -> tuple[int, bytes]:
    """(size, root) that a checkpoint says, whoever signed it. Raises ValueError if it is none."""
    _, size, root, *_ = note.split("\n", 3)
    return int(size), base64.b64decode(root)


def rotation(old: VerifierKey, new: VerifierKey, number: int) -> str:
    """The statement that the log's key `number` is `new` and follows `old`, signed by both.

    Its first line names it, so that it can never be read as a checkpoint.
    """
    body = f"key rotation\n{old}\n{new}\n"
    signatures = [_signature(old.name, seed, body) for seed in (number - 1, number)]
    return body + "\n" + "".join(signatures)


def signature_line(key: VerifierKey, signature: bytes) -> str:
    """A note's line for this signature, as C2SP signed-note writes it."""
    return f"— {key.name} {base64.b64encode(key.id + signature).decode()}\n"


def _signature(name: str, number: int, body: str) -> str:
    return signature_line(verifier_key(number, name), _seed(number).sign(body.encode()))


def _seed(number: int) -> Ed25519PrivateKey:
    seed = keys.keyring().log_seeds.get(number)
    if seed is None:
        raise NoSuchSeed(f"the keyring holds no seed for the log's key {number}")
    return Ed25519PrivateKey.from_private_bytes(seed)
