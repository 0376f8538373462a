"""`make bench`: what we promise in figures, measured on an embedded PostgreSQL as it comes.

Prints a table and writes `var/bench/results.json`. Ratios are taken in one run, so that they hold
on a fast machine and on a slow one.
"""

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from statistics import median

import psycopg
from flask import Flask

from config.settings import VAR, Settings
from fund import create_app, db, migrating, postgres
from fund.ids import new_id
from fund.ledger import journals, operations
from fund.permissions import SYSTEM, Role
from tests.bench import audit, reading
from tests.bench.rows import row as _row
from tests.ledger.factories import make_fund, make_office
from tests.people.factories import make_staff

SECONDS, CONNECTIONS, ROUNDS = 4.0, 8, 3
NOW = datetime.now(UTC)


def main() -> None:
    cluster = postgres.start("bench-postgres")
    name = f"bench_{new_id().hex[:12]}"
    cluster.ensure_database(name)
    try:
        migrating.upgrade(cluster.url(name, postgres.OWNER))
        app = create_app(
            Settings.from_environ({"FUND_ENV": "test", "DATABASE_URL": cluster.url(name)})
        )
        results = [*_posting(cluster, name), *_pages(app)]
        results += [*reading.measure(cluster), *audit.measure(cluster)]
    finally:
        db.dispose()
        with cluster.admin() as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        cluster.stop()
    _report(results)


def _posting(cluster: postgres.Cluster, name: str) -> list[dict[str, object]]:
    with cluster.admin(name) as connection:
        connection.execute("CREATE TABLE bare (id uuid PRIMARY KEY, amount bigint, at timestamptz)")
        connection.execute("GRANT INSERT ON bare TO fund_app")
    with db.transaction() as session:
        office, fund = make_office(session, "th"), make_fund(session, "general")
        book = journals.Book.load(session, fund.id, office.id, "THB")

    def bare(_: int) -> int:
        done, until = 0, time.monotonic() + SECONDS
        with psycopg.connect(cluster.url(name)) as connection:
            while time.monotonic() < until:
                connection.execute("INSERT INTO bare VALUES (%s, 100, now())", [new_id()])
                connection.commit()
                done += 1
        return done

    def post(_: int) -> int:
        done, until = 0, time.monotonic() + SECONDS
        while time.monotonic() < until:
            with db.transaction() as session:
                draft = journals.gift_to_bank(book, new_id(), NOW.date(), 100)
                operations.post(session, [draft], actor=SYSTEM, now=NOW)
            done += 1
        return done

    rounds = [(_together(bare), _together(post)) for _ in range(ROUNDS)]
    bare_rate, post_rate = (median(rates) for rates in zip(*rounds, strict=True))
    ratio = median(posted / inserted for inserted, posted in rounds)
    return [
        _row("bare insert, 8 connections", bare_rate, "per second", None),
        _row("post with its event, 8 connections", post_rate, "per second", None),
        _row("post with its event ÷ bare insert", ratio, "ratio", ">= 0.20"),
    ]


def _together(work: Callable[[int], int]) -> float:
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return sum(pool.map(work, range(CONNECTIONS))) / SECONDS


def _pages(app: Flask) -> list[dict[str, object]]:
    with db.transaction() as session:
        staff = make_staff(session, Role.CASEWORKER)
    client = app.test_client()
    with client.session_transaction() as browser:
        browser["_user_id"] = staff.session_id
        browser["seen_at"] = time.time()
    rows = []
    for label, path in (("first staff page", "/staff/"), ("give page", "/give")):
        times = []
        for _ in range(20):
            start = time.perf_counter()
            assert client.get(path).status_code == 200
            times.append((time.perf_counter() - start) * 1000)
        rows.append(_row(f"{label}, made by the server", median(times), "ms", "<= 100"))
    return rows


def _report(results: list[dict[str, object]]) -> None:
    for row in results:
        sys.stdout.write(
            f"{row['name']:<44}{row['value']:>12} {row['unit']:<12}{row['goal'] or '':>10}\n"
        )
    target = VAR / "bench" / "results.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(results, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
