"""A superuser with every trigger and constraint off changes both schemas at random: all is found.

Each round changes something, looks at everything again, and takes the change back.
"""

import os
import random
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from fund import db, keys
from fund.audit import verification as log
from fund.ledger import verification as books
from fund.ledger.verification import rows
from tests.conftest import copied
from tests.ledger.tampering import NOW, Burglar, open_every_door, with_two_seeds, write_book

ROUNDS, PARTS = 1_000, 20
ONE_ROW = {"audit.node", "ledger.roll_up"}
LATER = NOW + timedelta(days=1)


@pytest.fixture(scope="module")
def book(app, cluster, template) -> Iterator[str]:
    """A committed book, and its URL for a superuser."""
    before = keys.keyring()
    keys.init(with_two_seeds(before))
    with copied(cluster, template, f"fund_book_{uuid4().hex[:12]}") as name:
        db.init(cluster.url(name))
        write_book()
        db.dispose()
        with cluster.admin(name) as connection:
            open_every_door(connection)
            connection.execute("ANALYZE")
        yield cluster.url(name, "postgres")
    keys.init(before)


@pytest.fixture(scope="module")
def engine(book):
    engine = db.make_engine(book)
    yield engine
    engine.dispose()


@pytest.fixture
def burgled(engine) -> Iterator[Session]:
    """A session of the superuser with triggers off; what it did is undone."""
    with engine.connect() as connection, Session(connection) as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        yield session
        session.rollback()


def look(session: Session) -> list[str]:
    """All that both commands find."""
    return [
        *map(str, log.verify_log(session, now=LATER).findings),
        *map(str, rows.verify_rows(session).findings),
        *map(str, books.verify(session)),
    ]


def driver(session: Session):
    return session.connection().connection.driver_connection


def test_the_book_is_sound_and_holds_rows_of_every_table(burgled):
    assert look(burgled) == []
    for table in Burglar(driver(burgled), random.Random(0)).columns:
        rows_there = burgled.scalar(text(f"SELECT count(*) FROM {table}"))
        assert rows_there >= (1 if table in ONE_ROW else 2), table


@pytest.mark.parametrize("part", range(PARTS))
def test_every_manipulation_is_found(burgled, part):
    seed = os.environ.get("TAMPER_SEED") or str(random.SystemRandom().randrange(2**32))
    choose = random.Random(f"{seed}:{part}")
    raw = driver(burgled)
    burglar = Burglar(raw, choose)
    columns = [(table, c["name"]) for table, found in burglar.columns.items() for c in found]
    mine = columns[part::PARTS]  # each column once, then whatever comes
    for turn in range(ROUNDS // PARTS):
        with raw.transaction(force_rollback=True):
            if turn < len(mine):
                done = burglar.tamper(*mine[turn])
            else:
                done = burglar.tamper(choose.choice(list(burglar.columns)))
            assert look(burgled), f"seed {seed}, part {part}, turn {turn}: {done}"
