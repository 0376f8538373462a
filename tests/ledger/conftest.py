"""Connections that go past the service: as the tables' owner, and as the database's superuser."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import psycopg
import pytest
from flask import Flask

from fund import postgres


@pytest.fixture
def owner_of() -> Callable[[str], AbstractContextManager[psycopg.Connection]]:
    """A committing connection to this database as the owner of its tables."""
    return lambda url: psycopg.connect(
        url.replace(postgres.APP, postgres.OWNER, 1), autocommit=True
    )


@pytest.fixture
def superuser_of() -> Callable[[str], AbstractContextManager[psycopg.Connection]]:
    """A committing connection as superuser with every trigger off, as a burglar would have it."""
    return lambda url: psycopg.connect(
        url.replace(postgres.APP, "postgres", 1),
        autocommit=True,
        options="-c session_replication_role=replica",
    )


@pytest.fixture(autouse=True)
def wired(app: Flask) -> None:
    """Every event is salted from the keyring, so the service must be put together first."""
