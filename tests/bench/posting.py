"""Posting against the barest thing a database can do: one row in a table with a primary key.

Every client commits each of its calls, and does so in the same way: BEGIN, one statement, COMMIT.
"""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import median

import psycopg

from fund import db, postgres
from fund.audit import operations as audit
from fund.audit.events import GiftPaid
from fund.ids import new_id
from fund.ledger import journals, operations
from fund.ledger.journals import Book
from fund.permissions import SYSTEM
from tests.bench.clients import Client, Step, database, processes, threads
from tests.bench.rows import row
from tests.ledger.factories import make_fund, make_office

SECONDS, ROUNDS, SPREAD, BATCH = 2.0, 5, 50, 100
NOW = datetime.now(UTC)
CALL = f"SELECT ledger.post_journals({', '.join(['%s'] * 13)})"


def measure(cluster: postgres.Cluster) -> list[dict[str, object]]:
    """The rows of the table of promises that are about posting."""
    with database(cluster) as name:
        make_bare_table(cluster, name)
        books, url = _books(), cluster.url(name)
        hot = books[:1]
        arms: dict[str, tuple[Client, int]] = {
            "bare": (lambda: bare(url), 8),
            "call": (lambda: _call(url, hot, 1), 8),
            "spread": (lambda: _call(url, books, 1), 8),
            "batch": (lambda: _call(url, hot, BATCH), 2),
            "post": (lambda: _operation(url, hot[0], 1, tells_more=False), 8),
            "told": (lambda: _operation(url, hot[0], 1, tells_more=True), 8),
            "posts": (lambda: _operation(url, hot[0], BATCH, tells_more=False), 2),
        }
        apart = ("bare", "call", "post")
        rounds, alone = [], []
        for _ in range(ROUNDS):
            rounds.append({arm: threads(*work, SECONDS) for arm, work in arms.items()})
            alone.append({arm: processes(*arms[arm], SECONDS) for arm in apart})
    return _rows(rounds, alone)


def _rows(rounds: list[dict[str, float]], alone: list[dict[str, float]]) -> list[dict[str, object]]:
    """Medians; `rounds` among eight threads of one client, `alone` among eight processes."""

    def rate(arm: str, among: list[dict[str, float]]) -> float:
        return median(each[arm] for each in among)

    def ratio(arm: str, among: list[dict[str, float]], base: str = "bare") -> float:
        return median(each[arm] / each[base] for each in among)

    return [
        row("bare insert, 8 threads of one client", rate("bare", rounds), "per second", None),
        row("post in one SQL call, 8 threads", rate("call", rounds), "per second", None),
        row("post in one SQL call ÷ bare insert", ratio("call", rounds), "ratio", ">= 0.45"),
        row("operations.post, 8 threads", rate("post", rounds), "per second", None),
        row("operations.post ÷ bare insert", ratio("post", rounds), "ratio", ">= 0.20"),
        row("with audit.record of one event more ÷ it", ratio("told", rounds), "ratio", None),
        row("100 journals a call, 2 threads, ÷ it", ratio("batch", rounds), "ratio", ">= 3.5"),
        row("the same through operations.post ÷ it", ratio("posts", rounds), "ratio", None),
        row(
            "one hot account ÷ spread over 50", ratio("call", rounds, "spread"), "ratio", ">= 0.95"
        ),
        row("bare insert, 8 client processes", rate("bare", alone), "per second", None),
        row("post in one SQL call ÷ it", ratio("call", alone), "ratio", None),
        row("operations.post ÷ it", ratio("post", alone), "ratio", None),
    ]


def _books() -> list[Book]:
    with db.transaction() as session:
        office = make_office(session, "th")
        return [
            Book.load(session, make_fund(session, f"f{n}", **FUND).id, office.id, "THB")
            for n in range(SPREAD)
        ]


FUND = {"name_en": "Bench", "name_th": "ทดสอบ", "restriction": "none", "purpose": None}


def make_bare_table(cluster: postgres.Cluster, name: str) -> None:
    with cluster.admin(name) as connection:
        connection.execute("CREATE TABLE bare (id uuid PRIMARY KEY, amount bigint, at timestamptz)")
        connection.execute("GRANT INSERT ON bare TO fund_app")


def bare(url: str) -> tuple[Step, Callable[[], None]]:
    connection = psycopg.connect(url)

    def step() -> int:
        connection.execute("INSERT INTO bare VALUES (%s, 100, now())", [new_id()])
        connection.commit()
        return 1

    return step, connection.close


def _call(url: str, books: Sequence[Book], count: int) -> tuple[Step, Callable[[], None]]:
    """Gifts to the bank by hand-written SQL, as `operations.post` would ask for them."""
    connection, day = psycopg.connect(url), NOW.date().isoformat()
    entries = [(book.account("bank").id, book.account("contributions").id) for book in books]

    def step() -> int:
        gifts = [random.choice(entries) for _ in range(count)]
        event_ids = [new_id() for _ in gifts]
        columns = (
            [new_id() for _ in gifts],
            ["gift_to_bank"] * count,
            [day] * count,
            ["giving"] * count,
            sorted(str(new_id()) for _ in gifts),
            [1] * count,
            [debit for debit, _ in gifts],
            [credit for _, credit in gifts],
            [100] * count,
            event_ids,
            [f'"\\\\x{audit.bare_commitment(event_id).hex()}"' for event_id in event_ids],
        )
        arrays = ["{" + ",".join(map(str, column)) + "}" for column in columns]
        connection.execute(CALL, [SYSTEM.label, NOW, *arrays])
        connection.commit()
        return count

    return step, connection.close


def _operation(
    url: str, book: Book, count: int, *, tells_more: bool
) -> tuple[Step, Callable[[], None]]:
    """Gifts to the bank as the service books them, with or without an event of their own."""
    db.init(url)

    def step() -> int:
        with db.transaction() as session:
            drafts = [journals.gift_to_bank(book, new_id(), NOW.date(), 100) for _ in range(count)]
            operations.post(session, drafts, actor=SYSTEM, now=NOW)
            if tells_more:
                paid = GiftPaid(new_id(), amount_minor=100, currency="THB", payment_intent=None)
                audit.record(session, paid, actor=SYSTEM, now=NOW)
        return count

    return step, db.dispose
