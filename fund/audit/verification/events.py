"""Each leaf with its event, read a range at a time: hashes, order, and the tree's lowest tiles.

This is the part that reads everything, so it is written for speed: columns come as text or bytes,
and the canonical JSON is put together here, in the order of the names that RFC 8785 asks for.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from json.encoder import encode_basestring

from fund.audit import merkle
from fund.audit.operations import salting
from fund.audit.verification.crew import Connection
from fund.audit.verification.findings import Finding

WIDTH = merkle.TILE * 64  # leaves a range; whole tiles, so that each is hashed in one place
Place = tuple[int, int, str]  # epoch, xid and event id: what leaves are sorted by

# An event's own columns, as `content_of` and `bare_commitment` take them.
EVENT = """
    e.id::text, e.leaf_hash, e.name, e.actor, e.subject_kind, e.subject_id::text, e.data::text,
    to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), e.payload_commit,
    num_nulls(e.key_id, e.sealed)
"""
_LEAVES = f"""
    SELECT l.index, l.epoch, l.xid, l.event_id::text, l.leaf_hash,
        (e.epoch, e.xid) = (l.epoch, l.xid), {EVENT}
    FROM audit.leaf l LEFT JOIN audit.event e ON e.id = l.event_id
    WHERE l.index >= %s AND l.index < %s ORDER BY l.index
"""

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_decode = json.JSONDecoder().decode


@dataclass
class Range:
    """What a range of leaves holds. `whole` ends before the first gap."""

    low: int
    whole: int = 0
    first: Place | None = None
    last: Place | None = None
    events: int = 0
    sealed: int = 0
    tiles: list[bytes] = field(default_factory=list)
    roots: dict[int, bytes] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def check_range(connection: Connection, low: int, high: int, sizes: Sequence[int]) -> Range:
    """Check the leaves from `low`, a multiple of WIDTH, up to `high` without it.

    `roots` has, for each of `sizes` (ascending, low < size <= high), the hash over the leaves from
    `low` up to that size.
    """
    found = Range(low, whole=low)
    rows = connection.cursor(binary=True).execute(_LEAVES, (low, high)).fetchall()
    check = EventCheck(found.findings)
    hashes: list[bytes] = []
    for index, epoch, xid, event_id, leaf_hash, is_alike, *event in rows:
        if index == found.whole:
            hashes.append(leaf_hash)
            found.whole += 1
        place = (epoch, xid, event_id)
        if found.last is not None and place <= found.last:
            found.findings.append(_out_of_order(index))
        found.last = place
        if event[0] is None:
            what = f"event {event_id} is gone"
            found.findings.append(Finding(f"leaf {index}", "deleted", what))
            continue
        if event[1] != leaf_hash:
            what = f"event {event_id} has another hash now"
            found.findings.append(Finding(f"leaf {index}", "rehashed", what))
        elif not is_alike:
            what = "its transaction is not its event's"
            found.findings.append(Finding(f"leaf {index}", "edited", what))
        check(*event)
    if found.whole < high:
        found.findings.append(Finding(f"leaf {found.whole}", "deleted", "the tree has a gap here"))
    found.first = rows[0][1:4] if rows else None
    found.events, found.sealed = check.events, check.sealed
    _hash_tiles(found, hashes, sizes)
    return found


def join(before: Place | None, after: Range) -> Iterable[Finding]:
    """What is wrong where two ranges meet."""
    if before is not None and after.first is not None and after.first <= before:
        yield _out_of_order(after.low)


class EventCheck:
    """Compares each event's columns with its leaf hash, and its salt with what it committed to."""

    def __init__(self, findings: list[Finding]) -> None:
        self.events = self.sealed = 0
        self._findings = findings
        self._salt = salting()

    def __call__(
        self,
        id_: str,
        leaf_hash: bytes,
        name: str,
        actor: str,
        subject_kind: str,
        subject_id: str,
        data: str,
        at: str,
        payload_commit: bytes,
        empty: int,
    ) -> None:
        self.events += 1
        try:
            content = (
                f'{{"actor":{encode_basestring(actor)},"at":"{at}","data":{_encode(_decode(data))}'
                f',"id":"{id_}","name":{encode_basestring(name)}'
                f',"payload_commit":"{payload_commit.hex()}","subject_id":"{subject_id}"'
                f',"subject_kind":{encode_basestring(subject_kind)}}}'
            )
        except (AttributeError, TypeError):  # a column that is never empty was emptied
            content = ""
        if hashlib.sha256(b"\x00" + content.encode()).digest() != leaf_hash:
            what = "its fields do not make its leaf hash"
            self._findings.append(Finding(f"event {id_}", "edited", what))
        if empty == 0:
            self.sealed += 1
        elif empty == 1 or hashlib.sha256(self._salt(id_)).digest() != payload_commit:
            what = "its sealed part is not what was committed to"
            self._findings.append(Finding(f"event {id_}", "edited", what))


def _out_of_order(index: int) -> Finding:
    return Finding(f"leaf {index}", "reordered", "it sorts before the leaf in front of it")


def _hash_tiles(found: Range, hashes: list[bytes], sizes: Sequence[int]) -> None:
    width = merkle.TILE
    for start in range(0, len(hashes) - width + 1, width):
        found.tiles.append(merkle.tile_root(hashes[start : start + width]))
    tiles = merkle.Frontier()
    for size in sizes:
        if size > found.whole:
            break
        full, rest = divmod(size - found.low, width)
        for tile in found.tiles[tiles.size : full]:
            tiles.append(tile)
        tail = merkle.Frontier()
        for leaf in hashes[full * width : full * width + rest]:
            tail.append(leaf)
        found.roots[size] = tiles.root(tail.root() if rest else None)
