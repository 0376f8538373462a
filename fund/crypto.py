"""Sealing: AES-256-GCM under data keys, data keys wrapped by a versioned keyring.

`FUND_KEYRING` is `name:base64url(32 bytes)[,name:…]`. Some names are reserved and do not rotate
with the rest: `index` (HMAC key of the blind indices) and `log`, `log2`, `log3` … (Ed25519 seeds
that sign checkpoints: the log's first key, its second, its third). Of the others the first wraps
new data keys, the rest only open old ones.
"""

import base64
import hashlib
import hmac
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_LOG_NAME = re.compile(r"log([2-9]|[1-9]\d+)?")


class Unreadable(Exception):
    """The sealed bytes, their context and the key do not belong together."""


def new_data_key() -> bytes:
    """32 random bytes: one survivor's, donor's, payee's or staff member's own key."""
    return os.urandom(32)


def seal(key: bytes, plaintext: bytes, *, context: str) -> bytes:
    """Nonce and ciphertext of `plaintext`; `context` (table, column, row) must match to open."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, context.encode())


def unseal(key: bytes, sealed: bytes, *, context: str) -> bytes:
    """The plaintext that `seal` took. Raises Unreadable."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError):  # ValueError: cut to less than a nonce
        raise Unreadable(context)


@dataclass(frozen=True)
class Keyring:
    """Key-encryption keys by version, newest first; the index key; the log's seeds by number."""

    keys: tuple[tuple[str, bytes], ...]
    index_key: bytes
    log_seeds: Mapping[int, bytes]

    @classmethod
    def parse(cls, text: str) -> "Keyring":
        """Read the `FUND_KEYRING` form. Raises ValueError with the fault in words."""
        found: dict[str, bytes] = {}
        for entry in filter(None, (part.strip() for part in text.split(","))):
            name, _, encoded = entry.partition(":")
            try:
                padded = encoded + "=" * (-len(encoded) % 4)
                key = base64.b64decode(padded, altchars=b"-_", validate=True)
            except ValueError:
                raise ValueError(f"key {name!r} is not base64url")
            if not name:
                raise ValueError("a key without a name")
            if len(key) != 32:
                raise ValueError(f"key {name!r} has {len(key)} bytes, not 32")
            if name in found:
                raise ValueError(f"key {name!r} is given twice")
            found[name] = key
        index_key = found.pop("index", None)
        log_names = [name for name in found if _LOG_NAME.fullmatch(name)]
        missing = [
            name for name, is_there in (("index", index_key), ("log", log_names)) if not is_there
        ]
        if index_key is None or missing:
            raise ValueError(f"no key named {' or '.join(missing)}")
        log_seeds = {int(name[3:] or 1): found.pop(name) for name in log_names}
        if not found:
            raise ValueError("no key-encryption key besides index and log")
        return cls(tuple(found.items()), index_key, log_seeds)

    @property
    def newest(self) -> str:
        return self.keys[0][0]

    def wrap(self, data_key: bytes, *, context: str) -> tuple[str, bytes]:
        """(version, wrapped key) under the newest key-encryption key."""
        version, key = self.keys[0]
        return version, seal(key, data_key, context=context)

    def unwrap(self, version: str, wrapped: bytes, *, context: str) -> bytes:
        """The data key. Raises Unreadable if this keyring lacks the version."""
        key = dict(self.keys).get(version)
        if key is None:
            raise Unreadable(f"key version {version}")
        return unseal(key, wrapped, context=context)

    def blind_index(self, purpose: str, value: str) -> bytes:
        """32 bytes by which equal values are found without being readable (HMAC-SHA-256)."""
        return self.indexer(purpose)(value)

    def indexer(self, purpose: str) -> Callable[[str], bytes]:
        """`blind_index` for many values of one purpose."""
        keyed = hmac.new(self.index_key, f"{purpose}\0".encode(), hashlib.sha256)

        def index(value: str) -> bytes:
            begun = keyed.copy()
            begun.update(value.encode())
            return begun.digest()

        return index


@dataclass(frozen=True)
class VerifierKey:
    """A public key as C2SP signed-note writes it: `name+id in hex+base64(type ‖ key)`."""

    name: str
    kind: int
    public: bytes

    LOG = 1  # Ed25519 over a note's text
    WITNESS = 4  # Ed25519 over a note's text and the time (C2SP tlog-cosignature)

    @classmethod
    def parse(cls, text: str, kind: int) -> "VerifierKey":
        """Read a key of this `kind`. Raises ValueError with the fault in words."""
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        try:
            typed = base64.b64decode(encoded, validate=True)
        except ValueError:
            raise ValueError("a verifier key is name+id+key")
        if not name or re.search(r"\s", text) or len(typed) != 33 or typed[0] != kind:
            raise ValueError(f"not a verifier key of type {kind}")
        key = cls(name, kind, typed[1:])
        if key.id.hex() != key_id:
            raise ValueError("the verifier key is damaged")
        return key

    @property
    def id(self) -> bytes:
        """Four bytes that stand before each signature by this key."""
        typed = bytes([self.kind]) + self.public
        return hashlib.sha256(self.name.encode() + b"\n" + typed).digest()[:4]

    def __str__(self) -> str:
        typed = bytes([self.kind]) + self.public
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(typed).decode()}"
