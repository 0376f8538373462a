"""Who does the reading: this process on its own connection, or several that share its snapshot.

A piece of work is a function of a connection and a range, at the top of a module so that another
process can import it. Every worker reads the same moment: the snapshot that the first transaction
exports.
"""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from fund import crypto, keys

Result = TypeVar("Result")
Work = Callable[..., Result]
Connection = psycopg.Connection[Any]

_worker: list[Connection] = []


def rows(connection: Connection, query: str) -> list[tuple[Any, ...]]:
    """All rows of a query, bytes as bytes."""
    return connection.cursor(binary=True).execute(query.encode()).fetchall()


class Crew:
    """Does pieces of work on the session's own connection, one after the other."""

    def __init__(self, session: Session) -> None:
        raw: Any = session.connection().connection.driver_connection
        self.connection: Connection = raw

    def run(self, work: Work[Result], ranges: Iterable[Sequence[Any]]) -> Iterator[Result]:
        """The results, in the order of the ranges."""
        for bounds in ranges:
            yield work(self.connection, *bounds)


class ManyHands(Crew):
    """Does them in other processes, as many at once as there are."""

    def __init__(self, session: Session, executor: ProcessPoolExecutor) -> None:
        super().__init__(session)
        self._executor = executor

    def run(self, work: Work[Result], ranges: Iterable[Sequence[Any]]) -> Iterator[Result]:
        pending = [self._executor.submit(_do, work, bounds) for bounds in ranges]
        try:
            while pending:
                yield pending.pop(0).result()
        finally:
            for future in pending:
                future.cancel()


@contextmanager
def crew(session: Session, *, processes: int) -> Iterator[Crew]:
    """Workers on the snapshot of `session`, whose transaction must be REPEATABLE READ."""
    if processes < 2:
        yield Crew(session)
        return
    # Meanwhile this transaction only keeps the snapshot.
    session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    snapshot = session.scalar(text("SELECT pg_export_snapshot()"))
    url = session.get_bind().engine.url.set(drivername="postgresql")
    with ProcessPoolExecutor(
        processes,
        mp_context=multiprocessing.get_context("spawn"),  # a forked one would share our socket
        initializer=_begin,
        initargs=(url.render_as_string(hide_password=False), snapshot, keys.keyring()),
    ) as executor:
        yield ManyHands(session, executor)


def _begin(url: str, snapshot: str, keyring: crypto.Keyring) -> None:
    keys.init(keyring)
    connection = psycopg.connect(url, options="-c timezone=UTC")
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    connection.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'".encode())
    _worker.append(connection)


def _do(work: Work[Result], bounds: Sequence[Any]) -> Result:
    return work(_worker[0], *bounds)
