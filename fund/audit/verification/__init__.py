"""`flask audit verify`: read everything again, compute everything again, name each difference."""

import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from fund.audit.verification import checkpoints, events, logged, sealed
from fund.audit.verification.crew import Connection, Crew
from fund.audit.verification.crew import crew as crew
from fund.audit.verification.findings import Finding as Finding
from fund.audit.verification.findings import Report as Report
from fund.audit.verification.seen import compare_kept, compare_seen
from fund.audit.witnesses import Kept, Seen

LATEST = timedelta(seconds=60)

# Events without a leaf, behind the last one or after it; the second says which are too old.
_WITHOUT_LEAF = """
    FROM audit.event e LEFT JOIN audit.leaf l ON l.event_id = e.id
    WHERE l.index IS NULL AND (e.epoch, e.xid, e.id)
"""
_BEHIND = f"SELECT e.id {_WITHOUT_LEAF} <= (%s, %s, %s) ORDER BY e.epoch, e.xid, e.id"
_WAITING = f"""
    SELECT e.id, e.at < %s, {events.EVENT} {_WITHOUT_LEAF} > (%s, %s, %s)
    ORDER BY e.epoch, e.xid, e.id
"""
_COUNT_BEHIND = "SELECT count(*) FROM audit.event WHERE (epoch, xid, id) <= (%s, %s, %s)"
_NOWHERE: events.Place = (0, 0, str(UUID(int=0)))


def count_leaves(session: Session) -> int:
    """How many leaves there are to check."""
    return int(session.scalar(text("SELECT count(*) FROM audit.leaf")) or 0)


def verify_log(
    session: Session,
    *,
    now: datetime,
    seen: Sequence[Seen] = (),
    kept: Sequence[Kept] = (),
    hands: Crew | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> Report:
    """Compare every row of the log with what it must be, and with what witnesses have `seen`.

    They are held against what we `kept` of them.

    `session` should read one snapshot (as `db.reading` does), so that the sequencer may go on
    meanwhile; the witnesses are asked before it begins, and `kept` is read before that. `hands` do
    the reading; `advance` is told of each leaf or sealed event done.
    """
    hands = hands or Crew(session)
    report, growth = Report(), checkpoints.Growth()
    sizes = checkpoints.sizes(hands.connection)
    wanted = sorted({*sizes, *(witness.size for witness in seen)})
    ranges = _ranges(count_leaves(session), wanted)
    before: events.Place | None = None
    with_sealed: list[tuple[int, int]] = []
    for (low, high, _), part in zip(ranges, hands.run(events.check_range, ranges), strict=True):
        report.findings += [*events.join(before, part), *part.findings]
        report.events += part.events
        if growth.size == low:
            growth.add(part)
        if part.sealed:
            with_sealed.append((low, high))
        before = part.last or before
        advance(high - low - part.sealed)
    report.leaves = growth.size
    begun = time.perf_counter()
    for opened in hands.run(sealed.open_range, with_sealed):
        _add_opened(report, opened)
        advance(opened.sealed)
    report.unsealing = time.perf_counter() - begun
    checkpoints.compare_nodes(hands.connection, report, growth.nodes)
    _check_checkpoints(hands, report, growth, sizes)
    for check in (logged.compare_told, logged.check_cosignatures, logged.check_keys):
        report.findings += check(hands.connection)
    report.findings += compare_seen(seen, growth.size, growth.roots)
    report.findings += compare_kept(seen, kept)
    _check_without_leaf(hands.connection, report, before or _NOWHERE, now)
    return report


def _ranges(leaves: int, sizes: list[int]) -> list[tuple[int, int, list[int]]]:
    """(low, high, the sizes of checkpoints between them) for each piece of the work."""
    width = events.WIDTH
    found = []
    for low in range(0, leaves, width):
        first, last = bisect_right(sizes, low), bisect_right(sizes, low + width)
        found.append((low, min(low + width, leaves), sizes[first:last]))
    return found


def _add_opened(report: Report, opened: sealed.Opened) -> None:
    report.sealed += opened.sealed
    report.erased += opened.erased
    report.findings += opened.findings


def _check_checkpoints(
    hands: Crew, report: Report, growth: checkpoints.Growth, sizes: list[int]
) -> None:
    batches = [sizes[i : i + checkpoints.BATCH] for i in range(0, len(sizes), checkpoints.BATCH)]
    spans = [(batch[0], batch[-1]) for batch in batches]
    report.checkpoints = len(sizes)
    for signed, findings in hands.run(checkpoints.check_notes, spans):
        report.findings += findings
        checkpoints.compare_roots(report, signed, growth)


def _check_without_leaf(
    connection: Connection, report: Report, last: events.Place, now: datetime
) -> None:
    """Events without a leaf: a young one waits its turn, others should not be there."""
    [(behind,)] = connection.execute(_COUNT_BEHIND, last)
    if behind != report.events:
        for (id_,) in connection.execute(_BEHIND, last):
            report.find(f"event {id_}", "inserted", "it lies behind the sequencer")
    waiting = connection.cursor(binary=True).execute(_WAITING, (now - LATEST, *last)).fetchall()
    check = events.EventCheck(report.findings)
    for id_, is_late, *columns in waiting:
        check(*columns)
        if is_late:
            report.find(f"event {id_}", "late", f"not in the tree after {LATEST}")
    report.events += check.events
    _add_opened(report, sealed.open_events(connection, [row[0] for row in waiting]))
