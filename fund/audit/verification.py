"""`flask audit verify`: read everything again, compute everything again, name each difference."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from sqlalchemy import Executable, Row, Select, select, text
from sqlalchemy.orm import Session

from fund import crypto, keys
from fund.audit import leaves, merkle, queries, verify
from fund.audit.models import Checkpoint, Event, Leaf, Node
from fund.audit.operations import derived_salt, sealing_context

PAGE = 2000
LATEST = timedelta(seconds=60)
EVENT_FIELDS = ("id", "name", "actor", "subject_kind", "subject_id", "data", "at")


@dataclass(frozen=True)
class Finding:
    """`kind`: edited, deleted, inserted, reordered, truncated, rehashed, late or unreadable."""

    row: str
    kind: str
    what: str

    def __str__(self) -> str:
        return f"{self.row}: {self.kind}: {self.what}"


@dataclass
class Report:
    """What was read, and what was found; `erased` events had their key destroyed."""

    findings: list[Finding] = field(default_factory=list)
    events: int = 0
    leaves: int = 0
    checkpoints: int = 0
    erased: int = 0

    def find(self, row: str, kind: str, what: str) -> None:
        self.findings.append(Finding(row, kind, what))


def verify_log(session: Session, *, now: datetime) -> Report:
    """Compare every row of the log with what it must be.

    `session` should read one snapshot (`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`), so that
    the sequencer may go on meanwhile.
    """
    report = Report()
    checkpoints = list(session.scalars(select(Checkpoint).order_by(Checkpoint.size)))
    frontier = merkle.Frontier()
    nodes: dict[tuple[int, int], bytes] = {}
    roots: dict[int, bytes] = {}
    sizes = {checkpoint.size for checkpoint in checkpoints}
    position: tuple[int, int, UUID] | None = None
    for leaf, event in _leaves(session, report):
        if leaf.place != frontier.size:
            report.find(f"leaf {frontier.size}", "deleted", "the tree has a gap here")
            break
        position = _check_leaf(report, leaf, event, position)
        nodes |= {(n[0], n[1]): n[2] for n in frontier.append(bytes(leaf.leaf_hash))}
        if frontier.size in sizes:
            roots[frontier.size] = frontier.root()
    report.leaves = frontier.size
    _check_nodes(session, report, nodes)
    for checkpoint in checkpoints:
        root = roots.get(checkpoint.size)
        _check_checkpoint(report, checkpoint, root, queries.keys_for(session, checkpoint.size))
    _check_waiting(session, report, position, now)
    return report


def _leaves(session: Session, report: Report) -> Iterator[tuple[Row[Any], Row[Any] | None]]:
    """Each leaf in order with its event, whose own content is checked on the way."""
    last = -1
    while page := _rows(
        session,
        select(Leaf.index.label("place"), Leaf.event_id, Leaf.leaf_hash, Leaf.epoch, Leaf.xid)
        .where(Leaf.index > last)
        .order_by(Leaf.index)
        .limit(PAGE),
    ):
        wanted = _events().where(Event.id.in_([leaf.event_id for leaf in page]))
        events = {event.id: event for event in session.execute(wanted)}
        _check_events(session, report, events.values())
        for leaf in page:
            yield leaf, events.get(leaf.event_id)
        last = page[-1].place


def _rows(session: Session, wanted: Executable) -> Sequence[Row[Any]]:
    return session.execute(wanted).all()


def _events() -> Select[Any]:
    return select(
        *(getattr(Event, name) for name in EVENT_FIELDS),
        Event.xid,
        Event.epoch,
        Event.payload_commit,
        Event.leaf_hash,
        Event.key_id,
        Event.sealed,
    )


def _check_events(session: Session, report: Report, events: Iterable[Row[Any]]) -> None:
    key_ids = {event.key_id for event in events if event.key_id}
    found = session.scalars(select(keys.DataKey).where(keys.DataKey.id.in_(key_ids)))
    data_keys = {key.id: key for key in found}
    for event in events:
        report.events += 1
        _check_content(report, event)
        if event.key_id and event.key_id not in data_keys:
            report.find(f"event {event.id}", "deleted", "its data key is gone without a trace")
        elif event.key_id and data_keys[event.key_id].wrapped is None:
            report.erased += 1
        else:
            _check_payload(session, report, event)


def _check_content(report: Report, event: Row[Any]) -> None:
    fields = leaves.public_fields(**{name: getattr(event, name) for name in EVENT_FIELDS})
    try:
        computed = leaves.leaf_of(fields, event.payload_commit)
    except ValueError:  # a value that no event can hold
        computed = b""
    if computed != event.leaf_hash:
        report.find(f"event {event.id}", "edited", "its fields do not make its leaf hash")


def _check_payload(session: Session, report: Report, event: Row[Any]) -> None:
    opened = derived_salt(event.id)
    if event.key_id:
        context = sealing_context(event.id)
        try:
            opened = keys.unseal_bytes(session, event.key_id, event.sealed, context=context)
        except crypto.Unreadable:
            report.find(f"event {event.id}", "unreadable", "its key does not open what was sealed")
            return
    salt, payload = opened[: leaves.SALT_BYTES], opened[leaves.SALT_BYTES :]
    if leaves.commitment(salt, payload) != event.payload_commit:
        report.find(f"event {event.id}", "edited", "its sealed part is not what was committed to")


def _check_leaf(
    report: Report,
    leaf: Row[Any],
    event: Row[Any] | None,
    before: tuple[int, int, UUID] | None,
) -> tuple[int, int, UUID]:
    """Compare a leaf with its event and the place of the leaf before; its own place."""
    place = (leaf.epoch, leaf.xid, leaf.event_id)
    row = f"leaf {leaf.place}"
    if event is None:
        report.find(row, "deleted", f"event {leaf.event_id} is gone")
    elif event.leaf_hash != leaf.leaf_hash:
        report.find(row, "rehashed", f"event {leaf.event_id} has another hash now")
    elif (event.epoch, event.xid) != (leaf.epoch, leaf.xid):
        report.find(row, "edited", "its transaction is not its event's")
    if before is not None and place <= before:
        report.find(row, "reordered", "it sorts before the leaf in front of it")
    return place


def _check_nodes(session: Session, report: Report, computed: dict[tuple[int, int], bytes]) -> None:
    wanted = select(Node.level, Node.index.label("place"), Node.hash)
    stored = {(node.level, node.place): node.hash for node in session.execute(wanted)}
    for place in sorted(computed.keys() | stored.keys()):
        row = f"node {place[0]}/{place[1]}"
        if place not in stored:
            report.find(row, "deleted", "this hash of 256 below it is missing")
        elif place not in computed:
            report.find(row, "inserted", "the tree does not reach here")
        elif computed[place] != stored[place]:
            report.find(row, "edited", "it is not the hash of the 256 below it")


def _check_checkpoint(
    report: Report, checkpoint: Checkpoint, root: bytes | None, signing_keys: list[str]
) -> None:
    report.checkpoints += 1
    row = f"checkpoint {checkpoint.size}"
    try:
        _, size, signed_root = verify.open_checkpoint(checkpoint.note, *signing_keys)
    except (verify.DoesNotVerify, InvalidSignature, ValueError) as fault:
        report.find(row, "edited", f"its note does not verify ({str(fault) or 'signature'})")
        return
    if (size, signed_root) != (checkpoint.size, checkpoint.root):
        report.find(row, "edited", "its columns differ from its note")
    if root is None:
        report.find(row, "truncated", f"{size} leaves were signed, {report.leaves} are whole")
    elif root != signed_root:
        report.find(row, "rehashed", "the tree is not the one that was signed")


def _check_waiting(
    session: Session, report: Report, last: tuple[int, int, UUID] | None, now: datetime
) -> None:
    """Events without a leaf: a young one waits its turn, others should not be there."""
    without_leaf = _events().outerjoin(Leaf, Leaf.event_id == Event.id).where(Leaf.index.is_(None))
    waiting = _rows(session, without_leaf)
    _check_events(session, report, waiting)
    for event in waiting:
        if last is not None and (event.epoch, event.xid, event.id) <= last:
            report.find(f"event {event.id}", "inserted", "it lies behind the sequencer")
        elif now - event.at > LATEST:
            report.find(f"event {event.id}", "late", f"not in the tree after {now - event.at}")


def use_one_snapshot(session: Session) -> None:
    """Let everything that `session` reads be of one moment; call it before the first query."""
    session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
