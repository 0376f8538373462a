"""Check a proof from the LIFT Life Fund's log, without trusting the fund or this website.

    python verify.py proof.json [--key KEY]

Needs Python 3.11 or newer and the package `cryptography`, nothing else, and no network.
KEY is the log's public key; get it from /log/key, better some time before, or from somebody who
kept it. Without --key, the key inside the proof is used, which shows less.

Exit 0: it verifies. Exit 1: it does not. Exit 2: no proof could be read.

A proof of inclusion shows that an entry, word for word, was in the log when its operator signed the
checkpoint. A proof of consistency shows that nothing in an older checkpoint's log was changed or
removed since. The tree is that of RFC 6962, checkpoints are C2SP tlog-checkpoints, and an entry is
hashed as SHA-256(0x00, its JSON in the form of RFC 8785).
"""

import argparse
import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class DoesNotVerify(Exception):
    """The proof fails; the message says where."""


def canonical(value: Any) -> bytes:
    """RFC 8785 JSON, for what the log holds: no fractions, and names in ASCII."""
    plain = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return plain.encode()


def leaf_hash(content: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def check_inclusion(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> None:
    """RFC 9162, section 2.1.3.2. Raises DoesNotVerify."""
    if not 0 <= index < size:
        raise DoesNotVerify("the entry's place is outside the log")
    place, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise DoesNotVerify("the path is too long")
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    if last != 0 or found != root:
        raise DoesNotVerify("the entry is not in the log that was signed")


def check_consistency(
    old_size: int, new_size: int, path: list[bytes], old_root: bytes, new_root: bytes
) -> None:
    """RFC 9162, section 2.1.4.2. Raises DoesNotVerify."""
    if not 0 < old_size <= new_size:
        raise DoesNotVerify("the sizes are not in order")
    if old_size == new_size:
        if path or old_root != new_root:
            raise DoesNotVerify("two different logs of the same size were signed")
        return
    if old_size & (old_size - 1) == 0:
        path = [old_root, *path]
    if not path:
        raise DoesNotVerify("the path is too short")
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise DoesNotVerify("the path is too long")
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    if last != 0 or old != old_root or new != new_root:
        raise DoesNotVerify("the newer log does not begin with the older one")


def open_checkpoint(note: str, key: str) -> tuple[str, int, bytes]:
    """(origin, size, root hash) of a checkpoint signed with `key`. Raises DoesNotVerify."""
    name, _, rest = key.partition("+")
    key_id, _, encoded = rest.partition("+")
    typed_key = _decode(encoded)
    if hashlib.sha256(name.encode() + b"\n" + typed_key).digest()[:4].hex() != key_id:
        raise DoesNotVerify("the public key is damaged")
    if typed_key[:1] != b"\x01":
        raise DoesNotVerify("the public key is not an Ed25519 key")
    body, _, signatures = note.removesuffix("\n").partition("\n\n")
    if not note.endswith("\n"):
        raise DoesNotVerify("the checkpoint is cut off")
    origin, size, root = body.split("\n")
    if origin != name or str(int(size)) != size:
        raise DoesNotVerify("the checkpoint is of another log")
    public_key = Ed25519PublicKey.from_public_bytes(typed_key[1:])
    for line in signatures.split("\n"):
        dash, signer, blob = line.split(" ")
        signature = _decode(blob)
        if (dash, signer, signature[:4].hex()) == ("—", name, key_id):
            public_key.verify(signature[4:], f"{body}\n".encode())
            return origin, int(size), _decode(root)
    raise DoesNotVerify("the checkpoint is not signed with this key")


def _decode(text: str) -> bytes:
    """Base64 in its one proper form. Raises ValueError."""
    content = base64.b64decode(text, validate=True)
    if base64.b64encode(content).decode() != text:
        raise ValueError("not proper base64")
    return content


def check(proof: dict[str, Any], key: str | None = None) -> str:
    """What the proof shows, in words. Raises DoesNotVerify."""
    try:
        if proof["kind"] == "inclusion":
            return _check_event(proof, key or proof["public_key"])
        if proof["kind"] == "consistency":
            return _check_growth(proof, key or proof["public_key"])
    except InvalidSignature:
        raise DoesNotVerify("the signature on the checkpoint is wrong")
    except (AttributeError, KeyError, TypeError, ValueError) as fault:
        raise DoesNotVerify(f"the proof is damaged: {fault!r}")
    raise DoesNotVerify("this kind of proof is not known")


def _check_event(proof: dict[str, Any], key: str) -> str:
    origin, size, root = open_checkpoint(proof["checkpoint"], key)
    index, path = proof["leaf_index"], [bytes.fromhex(text) for text in proof["inclusion"]]
    if type(index) is not int or proof["tree_size"] != size:
        raise DoesNotVerify("the checkpoint is of another size")
    entry = {**proof["event"], "payload_commit": proof["payload_commit"]}
    check_inclusion(leaf_hash(canonical(entry)), index, size, path, root)
    shown = json.dumps(proof["event"], indent=2, ensure_ascii=False)
    return f"Entry {index + 1} of {size} in {origin} is exactly this:\n{shown}"


def _check_growth(proof: dict[str, Any], key: str) -> str:
    origin, old_size, old_root = open_checkpoint(proof["old_checkpoint"], key)
    _, new_size, new_root = open_checkpoint(proof["new_checkpoint"], key)
    if (proof["old_size"], proof["new_size"]) != (old_size, new_size):
        raise DoesNotVerify("the checkpoints are of other sizes")
    path = [bytes.fromhex(text) for text in proof["consistency"]]
    check_consistency(old_size, new_size, path, old_root, new_root)
    return f"The first {old_size} entries of {origin} are unchanged among its {new_size} now."


def _whole(number: str) -> NoReturn:
    raise ValueError(f"{number} is not a whole number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name occurs twice")  # readers would disagree about which one counts
    return dict(pairs)


def main() -> int:
    parser = argparse.ArgumentParser(description="Check a proof from the fund's log.")
    parser.add_argument("proof", type=Path, help="the proof, as downloaded")
    parser.add_argument("--key", help="the log's public key, as kept from /log/key")
    asked = parser.parse_args()
    try:
        text = asked.proof.read_text("utf-8")
        proof = json.loads(text, object_pairs_hook=_object, parse_float=_whole)
    except (OSError, ValueError) as fault:
        sys.stderr.write(f"No proof could be read: {fault}\n")
        return 2
    try:
        shown = check(proof, asked.key)
    except DoesNotVerify as fault:
        sys.stderr.write(f"DOES NOT VERIFY: {fault}\n")
        return 1
    sys.stdout.write(f"Verified. {shown}\n")
    if not asked.key:
        sys.stdout.write(f"The key came with the proof; compare it: {proof['public_key']}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
