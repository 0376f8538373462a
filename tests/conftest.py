"""Real parts for the tests: PostgreSQL built by the migrations, the app, a client, a job runner."""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql
from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config.settings import ROOT, VAR, Settings
from fund import clock, create_app, db, jobs, migrating, postgres
from fund.i18n import LANGUAGE_COOKIE
from fund.ids import new_id
from fund.people.models import Staff
from tests.ports import NOBODY

pytest_plugins = ["tests.browser", "tests.mailserver"]

# No deadline: a slow moment of a shared machine is no fault of the code.
hypothesis.settings.register_profile("fund", deadline=None)
hypothesis.settings.load_profile("fund")

# Stripe and mail answer only where a test starts them, whatever else runs on this machine.
SETTINGS = {
    "FUND_ENV": "test",
    "FUND_BASE_URL": "http://localhost",
    "STRIPE_API_BASE": f"http://{NOBODY}",
    "SMTP_URL": f"smtp://{NOBODY}",
}


@pytest.fixture(scope="session")
def cluster() -> postgres.Cluster:
    """The tests' own PostgreSQL; it need not survive a power cut."""
    with _only_one("cluster"):
        cluster = postgres.start("test-postgres")
        with cluster.admin() as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
    return cluster


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave no server behind, unless another run is using it."""
    cluster = None if hasattr(session.config, "workerinput") else postgres.find("test-postgres")
    if cluster is None:
        return
    with cluster.admin() as connection:
        others = connection.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname LIKE 'fund_%' LIMIT 1"
        ).fetchone()
    if others is None:
        cluster.stop()


@pytest.fixture(scope="session")
def template(cluster: postgres.Cluster) -> str:
    """A database migrated once, as long as the migrations stay the same."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "migrations").rglob("*.py")):
        digest.update(path.read_bytes())
    name = f"fund_template_{digest.hexdigest()[:16]}"
    with _only_one("template"), cluster.admin() as connection:
        ready = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", [name]
        ).fetchone()
        if not ready:
            _drop(connection, name)
            cluster.ensure_database(name)
            migrating.upgrade(cluster.url(name, postgres.OWNER))
            connection.execute(
                sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(sql.Identifier(name))
            )
    return name


@contextmanager
def copied(cluster: postgres.Cluster, template: str, name: str) -> Iterator[str]:
    """A database of its own, dropped afterwards; its name."""
    with cluster.admin() as connection:
        _drop(connection, name)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER fund_owner STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    try:
        yield name
    finally:
        with cluster.admin() as connection:
            _drop(connection, name)


@pytest.fixture(scope="session")
def database(cluster: postgres.Cluster, template: str) -> Iterator[str]:
    """This test process's database; its URL as fund_app."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with copied(cluster, template, f"fund_test_{os.getpid()}_{worker}") as name:
        yield cluster.url(name)


@pytest.fixture(scope="session")
def owner_url(database: str) -> str:
    """The same database as its owner."""
    return database.replace(postgres.APP, postgres.OWNER, 1)


@pytest.fixture(scope="session")
def app(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The service on this process's database."""
    storage = tmp_path_factory.mktemp("documents")
    settings = Settings.from_environ(
        SETTINGS | {"DATABASE_URL": database, "STORAGE_URL": f"file://{storage}"}
    )
    yield create_app(settings)
    db.dispose()


@pytest.fixture
def connection(app: Flask) -> Iterator[Connection]:
    """One open transaction for the whole test; everything in it is undone."""
    engine = db.make_engine(app.config["SETTINGS"].database_url)
    with engine.connect() as connection:
        outer = connection.begin()
        db.bind(connection)
        yield connection
        outer.rollback()
    engine.dispose()
    db.init(app.config["SETTINGS"].database_url)


@pytest.fixture
def session(connection: Connection) -> Iterator[Session]:
    """A session inside the test's transaction, for arranging and looking."""
    with Session(
        connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
    ) as session:
        yield session


@pytest.fixture
def owner_session(app: Flask, owner_url: str) -> Iterator[Session]:
    """The same as the database's owner: what is refused here is refused to everyone."""
    engine = db.make_engine(owner_url)
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        ) as session:
            yield session
        outer.rollback()
    engine.dispose()


@pytest.fixture
def client(app: Flask, connection: Connection) -> FlaskClient:
    """A browser without JavaScript; CSRF is checked by tests of its own."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


@pytest.fixture
def post(client: FlaskClient) -> Callable[..., TestResponse]:
    """Send a form from that browser, once: each call has a nonce of its own."""

    def post(address: str, **fields: object) -> TestResponse:
        return client.post(address, data={"nonce": str(new_id()), **fields})

    return post


@pytest.fixture
def count_statements(connection: Connection) -> Callable[[], AbstractContextManager[list[str]]]:
    """The statements that the database is asked while the block runs."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO")):
                seen.append(statement)

        event.listen(connection, "before_cursor_execute", note)
        yield seen
        event.remove(connection, "before_cursor_execute", note)

    return counting


@pytest.fixture
def sign_in() -> Callable[[FlaskClient, Staff], FlaskClient]:
    """Give the browser a staff member's session, as the sign-in pages do, but without typing."""

    def sign_in(client: FlaskClient, staff: Staff) -> FlaskClient:
        with client.session_transaction() as browser:
            browser.clear()
            browser["_user_id"] = staff.session_id
            browser["seen_at"] = clock.now().timestamp()
        client.set_cookie(LANGUAGE_COOKIE, staff.language)
        return client

    return sign_in


@pytest.fixture
def fresh_url(cluster: postgres.Cluster, template: str) -> Iterator[str]:
    """A database of this test's own, bound to `db`, where commits are real; its URL."""
    with copied(cluster, template, f"fund_fresh_{uuid4().hex[:12]}") as name:
        url = cluster.url(name)
        db.init(url)
        yield url
        db.dispose()


@pytest.fixture
def now() -> datetime:
    """A plain working day."""
    return datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def run_jobs(app: Flask, connection: Connection) -> Callable[[], int]:
    """Do the jobs that wait, as the worker would, until none is left; how many were done."""

    def run() -> int:
        done = 0
        while True:
            with db.transaction() as session:
                row = session.execute(
                    text(
                        "DELETE FROM procrastinate_jobs WHERE id = (SELECT min(id) FROM"
                        " procrastinate_jobs WHERE status = 'todo'"
                        " AND (scheduled_at IS NULL OR scheduled_at <= now()))"
                        " RETURNING task_name, args"
                    )
                ).first()
            if row is None:
                return done
            with app.app_context():
                jobs.app.tasks[row.task_name](**row.args)
            done += 1

    return run


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    )


@contextmanager
def _only_one(name: str) -> Iterator[None]:
    VAR.mkdir(exist_ok=True)
    with Path(VAR / f"test-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
