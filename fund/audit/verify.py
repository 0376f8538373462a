"""Check what the LIFT Life Fund's log says, without trusting the fund or its website.

    python verify.py FILE [--key KEY] [--kept CHECKPOINT]

FILE: a checkpoint, proof or export. KEY: the log's public key, from /log/key some time before or
from somebody who kept it; an older one will do; without it that in FILE is used, which shows less.
CHECKPOINT: a file with one that you kept, with which a proof of consistency must begin. Needs
Python 3.11 and `cryptography`. Exit 0: verified; 1: not verified; 2: nothing could be read.
Inclusion: this entry is in the signed log; consistency: nothing in an older log changed; an export:
all entries of a range. C2SP notes, an RFC 6962 tree over SHA-256(0x00, an entry's RFC 8785 JSON).
"""

import argparse
import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# RFC 8785 JSON, for what the log holds: no fractions, and names in ASCII.
canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
Document = dict[str, Any]
Hashes = Iterable[bytes]
Lines = Iterable[str]
Given = str | None
ENTRY = {"leaf_index", "event", "payload_commit"}


class DoesNotVerify(Exception):
    """Nothing is proven; the message says why."""


def node_hash(left: bytes, right: bytes) -> bytes:
    if not len(left) == len(right) == 32:
        raise DoesNotVerify("a hash is missing or damaged")
    return hashlib.sha256(b"\x01" + left + right).digest()


def check_range(leaves: Hashes, start: int, end: int, size: int, path: Hashes, root: bytes) -> None:
    """RFC 6962, section 2.1.1, for one leaf or several neighbours. Raises DoesNotVerify."""
    inside, outside = iter(leaves), iter([*path][::-1])

    def fold(low: int, high: int) -> bytes:
        if high <= start or end <= low:
            return next(outside, b"")
        if high - low == 1:
            return next(inside, b"")
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        right = next(outside, b"") if end <= middle else None  # what lies outside comes first
        left = fold(low, middle)
        return node_hash(left, right or fold(middle, high))

    if not 0 <= start < end <= size or fold(0, size) != root or [*inside, *outside]:
        raise DoesNotVerify("this is not in the log that was signed")


def check_consistency(old_size: int, new_size: int, path: list[bytes], *roots: bytes) -> None:
    """RFC 6962, section 2.1.2; `roots` are the old and the new one. Raises DoesNotVerify."""
    if old_size & (old_size - 1) == 0 or old_size == new_size:  # a subtree, known to who asks
        path = [roots[0], *path]

    def fold(old: int, new: int, depth: int) -> tuple[bytes, bytes]:
        if old == new:
            return (path[0], path[0]) if len(path) == depth else (b"", b"")
        half, sibling = 1 << (new - 1).bit_length() - 1, path[-depth] if depth < len(path) else b""
        if old <= half:
            left = fold(old, half, depth + 1)
            return left[0], node_hash(left[1], sibling)
        right = fold(old - half, new - half, depth + 1)
        return node_hash(sibling, right[0]), node_hash(sibling, right[1])

    if not 0 < old_size <= new_size or fold(old_size, new_size, 1) != roots:
        raise DoesNotVerify("the newer log does not begin with the older one")


def split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """(text, [(signer, key id and signature)]) of a C2SP signed note. Raises ValueError."""
    found = re.fullmatch(r"(.*\n)\n((?:— \S+ \S+\n)+)", note, re.DOTALL)
    if not found:
        raise ValueError("not a signed note")
    lines = (line.split(" ") for line in found[2].splitlines())
    return found[1], [(signer, base64.b64decode(blob, validate=True)) for _, signer, blob in lines]


def signed_text(note: str, *keys: str) -> str:
    """What a note says, signed with one of `keys`; others' signatures do not count."""
    text, signatures = split_note(note)
    for name, key_id, encoded in (key.split("+", 2) for key in keys):
        typed = base64.b64decode(encoded, validate=True)
        if hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4].hex() != key_id:
            raise DoesNotVerify("the public key is damaged")
        for signer, blob in signatures:
            if (signer, blob[:4].hex(), typed[:1]) == (name, key_id, b"\x01"):
                Ed25519PublicKey.from_public_bytes(typed[1:]).verify(blob[4:], text.encode())
                return text
    raise DoesNotVerify("the checkpoint is not signed with this key")


def open_checkpoint(note: str, *keys: str) -> tuple[str, int, bytes]:
    """(origin, size, root hash) of a checkpoint signed with one of `keys`. Raises DoesNotVerify."""
    origin, size, root = signed_text(note, *keys).removesuffix("\n").split("\n")
    if origin != keys[0].split("+")[0] or str(int(size)) != size:
        raise DoesNotVerify("the checkpoint is of another log")
    return origin, int(size), base64.b64decode(root, validate=True)


def check(document: Document, key: Given = None, kept: Given = None, lines: Lines = ()) -> str:
    """What a proof, or an export with `lines` behind it, shows in words. Raises DoesNotVerify."""
    try:
        return _check(document, str(document["public_key"]) if key is None else key, kept, lines)
    except (InvalidSignature, LookupError, RecursionError, TypeError, ValueError) as fault:
        raise DoesNotVerify(f"a signature is wrong, or it is damaged: {fault!r}")


def _check(document: Document, key: str, kept: Given, lines: Lines) -> str:
    kind = document["kind"]
    if (kind != "export" and any(lines)) or (kind != "consistency" and kept is not None):
        raise DoesNotVerify("it says nothing of the lines behind it, or of what you kept")
    keys, name = [key], key.split("+")[0]
    for rotation in document["rotations"]:  # an older key signed the one that followed it
        title, old, new = split_note(rotation)[0].removesuffix("\n").split("\n")
        if title == "key rotation" and old in keys and signed_text(rotation, old):
            keys.append(new)
    _, signed_size, signed_root = open_checkpoint(document["checkpoint"], *keys)
    if kind == "checkpoint":
        return f"{name} had {signed_size} entries when this was signed."
    size, root = document["tree_size"], bytes.fromhex(document["root"])
    path, onward = ([bytes.fromhex(h) for h in document[n]] for n in ("path", "to_checkpoint"))
    check_consistency(size, signed_size, onward, root, signed_root)
    if kind == "inclusion":
        index = document["leaf_index"]
        entry = {name: document[name] for name in ENTRY}
        check_range(_leaves([entry], index), index, index + 1, size, path, root)
        shown = json.dumps(document["event"], indent=2, ensure_ascii=False)
        return f"Entry {index + 1} of {size} in {name} is exactly this:\n{shown}"
    if kind == "export":
        start, end = document["range"]
        check_range(_leaves(map(read, lines), start), start, end, size, path, root)
        return f"These are all entries from {start + 1} to {end} of the {size} in {name}."
    if kind != "consistency":
        raise DoesNotVerify("this kind of proof is not known")
    old_size, old_root = document["old_size"], bytes.fromhex(document["old_root"])
    check_consistency(old_size, size, path, old_root, root)
    if kept is not None and open_checkpoint(kept, *keys)[1:] != (old_size, old_root):
        raise DoesNotVerify("it does not begin with the checkpoint that was kept")
    shown = base64.b64encode(old_root).decode()
    return f"The first {old_size} entries of {name} ({shown}) are unchanged among its {size}."


def _leaves(entries: Iterable[Document], start: int) -> Iterator[bytes]:
    for place, entry in enumerate(entries, start):
        if entry["leaf_index"] != place or entry.keys() != ENTRY or ENTRY & {*entry["event"]}:
            raise DoesNotVerify(f"entry {place + 1} is not in its place, or says too much")
        content = canonical({**entry["event"], "payload_commit": entry["payload_commit"]})
        yield hashlib.sha256(b"\x00" + content.encode()).digest()


def read(text: str) -> Document:
    """A checkpoint, or JSON without fractions or a name given twice. Raises ValueError."""
    if "\n\n— " in text and not text.startswith("{"):
        return {"kind": "checkpoint", "checkpoint": text, "rotations": []}

    def once(pairs: list[tuple[str, Any]]) -> Document:
        if len(dict(pairs)) < len(pairs):
            raise ValueError("a name occurs twice")  # readers would disagree about which counts
        return dict(pairs)

    return {**json.loads(text, object_pairs_hook=once, parse_float=int, parse_constant=int)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path, help="a checkpoint, a proof or an export")
    parser.add_argument("--key", help="the log's public key, as kept from /log/key")
    parser.add_argument("--kept", type=Path, help="a file with a checkpoint that was kept")
    asked = parser.parse_args()
    try:
        kept = asked.kept and asked.kept.read_text("utf-8")
        with asked.file.open(encoding="utf-8") as lines:
            text = lines.readline()  # of an export it is the whole header
            text += "" if text.startswith('{"') else lines.read()
            shown = check(document := read(text), asked.key, kept, lines)
    except (OSError, RecursionError, TypeError, ValueError) as fault:
        parser.error(f"nothing could be read: {fault}")
    except DoesNotVerify as fault:
        sys.exit(f"DOES NOT VERIFY: {fault}")
    shown += "" if asked.key else f"\nThe key was in the file; compare it: {document['public_key']}"
    plain = (c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in shown)
    sys.stdout.write(f"Verified. {''.join(plain)}\n")  # nothing that a terminal would obey


if __name__ == "__main__":
    main()
