"""The engine, the mapped base, and the only two ways to reach the database.

`transaction()` commits, once, where a view or job opened it; `reading()` cannot write, and all that
it reads is of one instant. Operations take the session and never commit.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from select import POLLIN, poll
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Engine,
    MetaData,
    Select,
    Uuid,
    create_engine,
    event,
    text,
)
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import (
    DeclarativeBase,
    InstrumentedAttribute,
    Mapped,
    Session,
    mapped_column,
    sessionmaker,
)
from sqlalchemy.pool import ConnectionPoolEntry

from fund.errors import Conflict, Refused

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table: constraints named one way, times with their zone, whole numbers of 64 bits."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: DateTime(timezone=True), UUID: Uuid(), int: BigInteger()}


class Versioned:
    """A row that people edit: `version` goes up with each change and every form carries it."""

    version: Mapped[int] = mapped_column(default=1)

    def check_version(self, seen: int) -> None:
        """Raise Conflict if the row changed since `seen`; otherwise count this change."""
        if self.version != seen:
            raise Conflict(row=self)
        self.version += 1


class Stateful:
    """A row with a state: `TRANSITIONS` lists what may follow each, `move_to` is the only way."""

    TRANSITIONS: dict[str, frozenset[str]]
    state: Mapped[str]

    def move_to(self, state: str) -> None:
        """Raise Refused unless `state` may follow the present one."""
        if state not in self.TRANSITIONS[self.state]:
            raise Refused("wrong_state", state=self.state, wanted=state)
        self.state = state


PAGE = 50  # the rows that a list shows at once

Row = TypeVar("Row")
Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


class Page(list[Row]):
    """A list's rows, from a query by `page_of`; `has_more` if others follow."""

    def __init__(self, found: Iterable[Row]) -> None:
        rows = list(found)
        super().__init__(rows[:PAGE])
        self.has_more = len(rows) > PAGE


def page_of(query: Query, key: InstrumentedAttribute[UUID], before: UUID | None) -> Query:
    """The newest rows by `key`, or those before the last one seen; one more than a page shows."""
    page = query.order_by(key.desc()).limit(PAGE + 1)
    return page if before is None else page.where(key < before)


class TransactionInError(RuntimeError):
    """A statement failed and the failure was swallowed: committing would lose every row."""


_engines: list[Engine] = []
_write = sessionmaker(expire_on_commit=False)
_read = sessionmaker(expire_on_commit=False)


def init(url: str, read_url: str | None = None) -> None:
    """Bind to the databases at these libpq URLs."""
    dispose()
    engine = make_engine(url)
    _engines.append(engine)
    _write.configure(bind=engine, join_transaction_mode="conditional_savepoint")
    if read_url:
        engine = make_engine(read_url)
        _engines.append(engine)
    steady = engine.execution_options(isolation_level="REPEATABLE READ")
    _read.configure(bind=steady, join_transaction_mode="conditional_savepoint")


def make_engine(url: str, **options: Any) -> Engine:
    """An engine for the libpq URL `url`."""
    engine = create_engine(
        url.replace("postgres://", "postgresql://", 1).replace(
            "postgresql://", "postgresql+psycopg://", 1
        ),
        hide_parameters=True,  # an error in the log must not show what was in the row
        connect_args={
            "options": "-c timezone=UTC -c idle_in_transaction_session_timeout=30000",
            "connect_timeout": 3,  # a page that says so is better than one that never comes
        },
        **options,
    )
    event.listen(engine, "checkin", _note_rest)
    event.listen(engine, "checkout", _check_rested)
    return engine


# Seconds after which a resting connection is asked whether its server is still there.
REST = 1.0


def _note_rest(_: Any, record: ConnectionPoolEntry) -> None:
    record.info["rests_since"] = time.monotonic()


def _check_rested(connection: Any, record: ConnectionPoolEntry, _: Any) -> None:
    """Replace a connection whose server went away while it rested.

    To ask before every transaction would cost each a round trip. A server that ends closes the
    connection, which shows here at once; what vanishes silently is found by asking after a while.
    """
    rested = time.monotonic() - record.info.get("rests_since", time.monotonic())
    waiting = poll()
    waiting.register(connection, POLLIN)
    if rested < REST and not waiting.poll(0):
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error:
        raise InvalidatePoolError


def bind(connection: Connection) -> None:
    """Run everything inside `connection`'s open transaction, as savepoints (for tests)."""
    for maker in (_write, _read):
        maker.configure(bind=connection, join_transaction_mode="create_savepoint")


def dispose() -> None:
    """Close all pools."""
    while _engines:
        _engines.pop().dispose()


@contextmanager
def transaction() -> Iterator[Session]:
    """A session whose work is committed when the block ends, or not at all."""
    with _write.begin() as session:
        yield session
        session.flush()
        raw: Any = session.connection().connection.driver_connection
        if raw.info.transaction_status == TransactionStatus.INERROR:
            raise TransactionInError


@contextmanager
def reading() -> Iterator[Session]:
    """A session that PostgreSQL itself keeps from writing.

    All of it sees the instant of its first query, so a page whose parts are asked for one after
    the other adds up while others write.
    """
    with _read() as session:
        session.execute(text("SET TRANSACTION READ ONLY"))
        yield session
