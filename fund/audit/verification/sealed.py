"""The sealed parts of events: each opened with its key and held against what was committed to."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from fund import crypto, keys
from fund.audit import leaves
from fund.audit.operations import sealing_context
from fund.audit.verification.crew import Connection
from fund.audit.verification.findings import Finding

_WITH_KEYS = """
    SELECT e.id, e.payload_commit, e.sealed, e.key_id, k.id, k.kek_version, k.wrapped
    FROM audit.event e LEFT JOIN vault.data_key k ON k.id = e.key_id
    WHERE e.key_id IS NOT NULL AND e.id = ANY(%s)
"""
_OF_LEAVES = """
    SELECT e.id, e.payload_commit, e.sealed, e.key_id, k.id, k.kek_version, k.wrapped
    FROM audit.leaf l
    JOIN audit.event e ON e.id = l.event_id
    LEFT JOIN vault.data_key k ON k.id = e.key_id
    WHERE l.index >= %s AND l.index < %s AND e.key_id IS NOT NULL
"""


@dataclass
class Opened:
    """How many events of a range have a sealed part; of them `erased` have their key destroyed."""

    sealed: int = 0
    erased: int = 0
    findings: list[Finding] = field(default_factory=list)


def open_range(connection: Connection, low: int, high: int) -> Opened:
    """Open what is sealed of the events at leaves `low` up to `high`, without it."""
    return _open(connection.cursor(binary=True).execute(_OF_LEAVES, (low, high)).fetchall())


def open_events(connection: Connection, event_ids: list[UUID]) -> Opened:
    """Open what is sealed of these events."""
    return _open(connection.cursor(binary=True).execute(_WITH_KEYS, (event_ids,)).fetchall())


def _open(rows: Iterable[tuple[Any, ...]]) -> Opened:
    done = Opened()
    for id_, payload_commit, sealed, key_id, found_id, version, wrapped in rows:
        done.sealed += 1
        row = f"event {id_}"
        if found_id is None:
            what = "its data key is gone without a trace"
            done.findings.append(Finding(row, "deleted", what))
        elif wrapped is None:
            done.erased += 1
        else:
            try:
                key = _data_key(key_id, version, wrapped)
                opened = crypto.unseal(key, sealed, context=sealing_context(id_))
            except crypto.Unreadable:
                what = "its key does not open what was sealed"
                done.findings.append(Finding(row, "unreadable", what))
                continue
            salt, payload = opened[: leaves.SALT_BYTES], opened[leaves.SALT_BYTES :]
            if leaves.commitment(salt, payload) != payload_commit:
                what = "its sealed part is not what was committed to"
                done.findings.append(Finding(row, "edited", what))
    return done


@lru_cache(maxsize=1000)
def _data_key(key_id: UUID, version: str, wrapped: bytes) -> bytes:
    return keys.open_wrapped(key_id, version, wrapped)
