"""From the webhook to the books: a burst of gifts, a steady stream of them, and Stripe's calls."""

import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from fund import db, postgres
from tests.bench.rows import row
from tests.bench.settlement.sending import Line, all_of
from tests.bench.settlement.stage import TYPES, Stage, calls, staged

BURST, SENDERS, LINES = 20_000, 2, 8
A_SECOND, SECONDS = 30, 45

_COUNTS = text(
    """
    SELECT (SELECT count(*) FROM receipt),
        (SELECT count(*) FROM ledger.journal WHERE kind = 'charge'),
        (SELECT count(*) FROM settlement_inbox WHERE state IN ('waiting', 'asking', 'failed'))
    """
)
_EFFECTS = text(
    """
    SELECT (SELECT count(*) FROM gift WHERE state = 'paid'),
        (SELECT count(DISTINCT gift_id) FROM receipt), (SELECT max(number) FROM receipt),
        (SELECT count(*) FROM balance_transaction WHERE gift_id IS NOT NULL),
        (SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'giving.mail_receipt')
    """
)


def burst(cluster: postgres.Cluster) -> list[dict[str, object]]:
    """As many gifts as on the worst day, all at once."""
    with (
        tempfile.TemporaryDirectory() as folder,
        staged(cluster, Path(folder), BURST, 1 / 200) as stage,
    ):
        share = len(stage.events) // SENDERS
        start = time.perf_counter()
        senders = [
            all_of(stage.port, stage.events[n * share : (n + 1) * share], LINES)
            for n in range(SENDERS)
        ]
        taken = receipted = booked = 0.0
        waiting = 1
        while not booked or waiting:
            time.sleep(1)
            receipts, journals, waiting = _look()
            spent = time.perf_counter() - start
            if not any(sender.is_alive() for sender in senders):
                taken = taken or spent
            if receipts == BURST:
                receipted = receipted or spent
            if receipts == journals == BURST:
                booked = booked or spent
            assert spent < 600, (receipts, journals, waiting)
        asked = calls(stage.twin)
        with db.reading() as session:
            effects = list(session.execute(_EFFECTS).one())
    return [
        row("burst: webhooks taken", len(stage.events) / (taken or booked), "events/s", None),
        row("burst: gifts from webhook to receipt", BURST / receipted, "gifts/s", None),
        row("burst: gifts from webhook to books", BURST / booked, "gifts/s", ">= 200"),
        row("burst: lost or doubled", float(sum(n != BURST for n in effects)), "", "<= 0"),
        row("calls to Stripe", asked * 1000 / BURST, "per 1000", "<= 30"),
    ]


def sustained(cluster: postgres.Cluster) -> list[dict[str, object]]:
    """A steady stream: how long from a gift's first event to its receipt and its mail's job."""
    count = A_SECOND * SECONDS
    with (
        tempfile.TemporaryDirectory() as folder,
        staged(cluster, Path(folder), count, 1 / A_SECOND) as stage,
    ):
        seen: dict[UUID, float] = {}
        looking = threading.Thread(target=_watch, args=(count, seen))
        looking.start()
        sent = _stream(stage)
        looking.join()
    waits = sorted(seen[gift] - sent[gift] for gift in stage.gifts)
    return [
        row("30 gifts/s: event to receipt queued, p50", _at(waits, 0.5), "s", None),
        row("30 gifts/s: event to receipt queued, p99", _at(waits, 0.99), "s", "<= 2"),
    ]


def _look() -> tuple[int, int, int]:
    with db.reading() as session:
        receipts, journals, waiting = session.execute(_COUNTS).one()
        return receipts, journals, waiting


def _watch(count: int, seen: dict[UUID, float]) -> None:
    queued = text("SELECT gift_id FROM receipt WHERE number > :last ORDER BY number")
    until = time.monotonic() + SECONDS + 60
    while len(seen) < count and time.monotonic() < until:
        with db.reading() as session:
            for gift in session.scalars(queued, {"last": len(seen)}):
                seen[gift] = time.perf_counter()
        time.sleep(0.02)


def _stream(stage: Stage) -> dict[UUID, float]:
    """Each gift's events, one after the other, on its moment; when each gift's were sent."""
    sent: dict[UUID, float] = {}
    start = time.perf_counter()

    def send(part: int) -> None:
        line = Line(stage.port)
        for number in range(part, len(stage.gifts), LINES):
            time.sleep(max(0.0, start + number / A_SECOND - time.perf_counter()))
            sent[stage.gifts[number]] = time.perf_counter()
            for event in stage.events[number * len(TYPES) : (number + 1) * len(TYPES)]:
                assert line.send(event) == 200

    senders = [threading.Thread(target=send, args=(part,)) for part in range(LINES)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return sent


def _at(waits: Sequence[float], part: float) -> float:
    return waits[min(int(len(waits) * part), len(waits) - 1)]
