"""How fast the log is numbered, and how fast all of it is read and checked again.

The events are true ones, written by COPY: each has its leaf hash, and a quarter of them tell of
journals, whose rows are there too.
"""

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import text

from fund import clock, db, keys, migrating, postgres
from fund.audit import leaves, operations, queries, tasks, verification
from fund.audit.events import CommitmentLiquidated, GiftPaid, StaffSignedIn, instant
from fund.audit.verification import events
from fund.ids import new_id
from fund.ledger import journals
from fund.ledger.verification import rows
from fund.permissions import SYSTEM
from tests.bench.reading import SHARDS
from tests.bench.rows import row
from tests.ledger.factories import make_fund, make_office

EVENTS, SEALED, SECONDS, WRITERS, PROCESSES = 300_000, 20_000, 5.0, 8, 2
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
EVENT = "id, name, actor, subject_kind, subject_id, data, at, payload_commit, leaf_hash"
JOURNAL = (
    "id, kind, effective_on, occurred_on, recorded_at, source, idempotency_key, request_sha256,"
    " actor, shard"
)
TRANSFER = (
    "journal_id, position, debit_account_id, credit_account_id, fund_id, currency, amount_minor"
)


def measure(cluster: postgres.Cluster) -> list[dict[str, object]]:
    """The rows of the table of promises that are about the log."""
    with _log(cluster):
        start = time.perf_counter()
        tasks.sequence_events()
        numbered = EVENTS / (time.perf_counter() - start)
        lag, written = _lag()
        with db.transaction() as session:
            key_id = keys.create(session, "survivor", now=NOW)
            for _ in range(SEALED):
                event = StaffSignedIn(new_id())
                operations.record(
                    session, event, actor=SYSTEM, now=NOW, private={"name": "A"}, key_id=key_id
                )
        tasks.sequence_events()
        read, opened = _verify()
    return [
        row("sequencer", numbered, "events/s", ">= 50000"),
        row("events of 8 writers meanwhile", written, "events/s", None),
        row("sequencer's longest lag behind 8 writers", lag, "s", "<= 1"),
        row("audit verify, 2 processes, unsealing apart", read, "events/s", ">= 80000"),
        row("audit verify, unsealing", opened, "events/s", None),
    ]


def _lag() -> tuple[float, float]:
    """The longest that an event waited for its place, and the events written a second."""
    until = time.monotonic() + SECONDS
    written: list[int] = []

    def write() -> None:
        count = 0
        while time.monotonic() < until:
            with db.transaction() as session:
                event = GiftPaid(new_id(), amount_minor=1, currency="THB", payment_intent="pi_1")
                operations.record(session, event, actor=SYSTEM, now=clock.now())
            count += 1
        written.append(count)

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    longest = 0.0
    while any(writer.is_alive() for writer in writers):
        with db.reading() as session:
            size = queries.tree_size(session)
        tasks.sequence_events()
        with db.reading() as session:
            waited = session.scalar(
                text(
                    "SELECT extract(epoch FROM clock_timestamp() - min(e.at)) FROM audit.leaf l"
                    " JOIN audit.event e ON e.id = l.event_id WHERE l.index >= :size"
                ),
                {"size": size},
            )
        longest = max(longest, float(waited or 0))
        time.sleep(0.1)
    return longest, sum(written) / SECONDS


def _verify() -> tuple[float, float]:
    """Events a second, without and of unsealing; the processes are up before the clock runs."""
    with db.reading() as session, verification.crew(session, processes=PROCESSES) as hands:
        list(hands.run(events.check_range, [(0, events.WIDTH, [])] * 2 * PROCESSES))
        start = time.perf_counter()
        report = verification.verify_log(session, now=NOW, hands=hands)
        read = rows.verify_rows(session, hands=hands)
        taken = time.perf_counter() - start - report.unsealing
    assert not report.findings
    assert not read.findings
    return report.events / taken, report.sealed / report.unsealing


@contextmanager
def _log(cluster: postgres.Cluster) -> Iterator[None]:
    """A database of its own whose events wait for the sequencer, dropped afterwards."""
    name = f"bench_{new_id().hex[:12]}"
    cluster.ensure_database(name)
    try:
        migrating.upgrade(cluster.url(name, postgres.OWNER))
        db.init(cluster.url(name))
        with db.transaction() as session:
            office, fund = make_office(session, "th"), make_fund(session, "general")
            book = journals.Book.load(session, fund.id, office.id, "THB")
        with cluster.admin(name) as connection:
            _write(connection, book)
            connection.execute(SHARDS)
            connection.execute("VACUUM ANALYZE")
        yield
    finally:
        db.dispose()
        with cluster.admin() as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _write(connection: psycopg.Connection, book: journals.Book) -> None:
    told: list[tuple[Any, ...]] = []
    booked: list[tuple[Any, ...]] = []
    moved: list[tuple[Any, ...]] = []
    for number in range(EVENTS):
        match number % 4:
            case 0:
                told.append(_journal(book, number, booked, moved))
            case 1:
                told.append(_event(GiftPaid(new_id(), 5000, "NZD", f"pi_{number}")))
            case 2:
                told.append(_event(StaffSignedIn(new_id())))
            case 3:
                liquidated = CommitmentLiquidated(new_id(), new_id(), new_id(), number, "payment")
                told.append(_event(liquidated))
    for table, columns, lines in (
        ("ledger.journal", JOURNAL, booked),
        ("ledger.transfer", TRANSFER, moved),
        ("audit.event", EVENT, told),
    ):
        with connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for line in lines:
                copy.write_row(line)


def _event(event: Any) -> tuple[Any, ...]:
    return _row(event.name, event.subject, event.subject_id, event.data())


def _row(name: str, subject: str, subject_id: UUID, data: dict[str, Any]) -> tuple[Any, ...]:
    id_ = new_id()
    commit = operations.bare_commitment(id_)
    fields = leaves.public_fields(
        id=id_,
        name=name,
        actor="system",
        subject_kind=subject,
        subject_id=subject_id,
        data=data,
        at=NOW,
    )
    leaf = leaves.leaf_of(fields, commit)
    return id_, name, "system", subject, subject_id, json.dumps(data), NOW, commit, leaf


def _journal(
    book: journals.Book, number: int, booked: list[tuple[Any, ...]], moved: list[tuple[Any, ...]]
) -> tuple[Any, ...]:
    """A charge with its fee: its rows, and the row of its event."""
    draft = journals.charge(book, f"txn_{number}", NOW.date(), 1000 + number % 900, 30)
    id_, day, request = new_id(), NOW.date().isoformat(), hashlib.sha256(b"").digest()
    lines = [
        (str(entry.debit.id), str(entry.credit.id), str(entry.amount_minor))
        for entry in draft.entries
    ]
    content = {
        "actor": "system",
        "concerns": None,
        "effective_on": day,
        "id": str(id_),
        "key": draft.key,
        "kind": draft.kind,
        "recorded_at": instant(NOW),
        "request_sha256": request.hex(),
        "reverses_id": None,
        "source": draft.source,
        "transfers": lines,
    }
    hashed = hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()
    booked.append((id_, draft.kind, day, day, NOW, draft.source, draft.key, request, "system", 0))
    for position, (debit, credit, amount) in enumerate(lines, 1):
        moved.append((id_, position, debit, credit, book.fund_id, book.currency, amount))
    data = {
        "effective_on": day,
        "key": draft.key,
        "kind": draft.kind,
        "reverses_id": None,
        "rows_sha256": hashed,
        "source": draft.source,
    }
    return _row("journal_posted", "journal", id_, data)
