"""What an event's leaf is made of: RFC 8785 JSON of its public fields, and a salted commitment."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fund.audit.events import instant
from fund.audit.merkle import leaf_hash
from fund.audit.verify import canonical

SALT_BYTES = 32


def public_fields(
    *,
    id: UUID,
    name: str,
    actor: str,
    subject_kind: str,
    subject_id: UUID,
    data: dict[str, Any],
    at: datetime,
) -> dict[str, Any]:
    """The fields of an event that its leaf covers, as a proof shows them."""
    return {
        "id": str(id),
        "name": name,
        "actor": actor,
        "subject_kind": subject_kind,
        "subject_id": str(subject_id),
        "data": data,
        "at": instant(at),
    }


def commitment(salt: bytes, payload: bytes) -> bytes:
    """`payload_commit`: SHA-256 over the salt (always 32 bytes) and the private payload."""
    return hashlib.sha256(salt + payload).digest()


def leaf_of(fields: Mapping[str, Any], payload_commit: bytes) -> bytes:
    """The leaf's hash: SHA-256(0x00 ‖ JCS(public fields and payload_commit in hex))."""
    return leaf_hash(canonical({**fields, "payload_commit": payload_commit.hex()}).encode())


def payload_bytes(private: Mapping[str, Any] | None) -> bytes:
    """The private payload as it is committed to and sealed; nothing is no bytes."""
    return b"" if private is None else canonical(dict(private)).encode()
