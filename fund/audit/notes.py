"""Checkpoints as C2SP tlog-checkpoint: a signed note over origin, size and root hash.

Signed with Ed25519 by the keyring's `log` seed, which the database never sees. The origin, which is
the key's name too, is the service's host and `/log`.
"""

import base64
import hashlib
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fund import keys

_ED25519 = b"\x01"  # the signature type of C2SP signed-note
_origin = ""


def init(base_url: str) -> None:
    """Name the log after the service's address."""
    global _origin
    _origin = f"{urlsplit(base_url).netloc}/log"


def origin() -> str:
    """The log's name, e.g. `fund.example/log`."""
    if not _origin:
        raise RuntimeError("notes.init was not called")
    return _origin


def verifier_key(name: str) -> str:
    """The public key as C2SP writes it: name, key id in hex, type and key in base64."""
    key = _ED25519 + _private_key().public_key().public_bytes_raw()
    return f"{name}+{_key_id(name, key).hex()}+{base64.b64encode(key).decode()}"


def sign(size: int, root: bytes) -> str:
    """The checkpoint of a tree with this size and root hash."""
    name = origin()
    body = f"{name}\n{size}\n{base64.b64encode(root).decode()}\n"
    private_key = _private_key()
    key = _ED25519 + private_key.public_key().public_bytes_raw()
    signature = base64.b64encode(_key_id(name, key) + private_key.sign(body.encode())).decode()
    return f"{body}\n— {name} {signature}\n"


def name_in(note: str) -> str:
    """The origin that a stored checkpoint was made under."""
    return note.partition("\n")[0]


def _private_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keys.keyring().log_seed)


def _key_id(name: str, key: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
