"""A log put back elsewhere from a backup verifies, and goes on growing."""

from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from fund import db, keys
from fund.audit import queries, verification, verify
from tests.audit.factories import NOW, commit_gifts, record_private, sealed_log, sequence_all, sign


@pytest.fixture
def empty_url(cluster):
    """An empty database; its owner's URL."""
    name = f"fund_restored_{uuid4().hex[:12]}"
    cluster.ensure_database(name)
    yield cluster.url(name, "fund_owner")
    with cluster.admin() as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_a_restored_log_verifies_and_its_next_events_follow(
    app, fresh_url, empty_url, tmp_path, monkeypatch
):
    with db.transaction() as session:
        key_id = keys.create(session, "survivor", now=NOW)
        record_private(session, private={"name": "Somchai"}, key_id=key_id)
    sealed_log(9)
    old = commit_gifts(1)
    monkeypatch.setenv("DATABASE_OWNER_URL", fresh_url.replace("fund_app", "fund_owner", 1))
    folder, key_folder = tmp_path / "backup", tmp_path / "keys"
    runner = app.test_cli_runner()
    assert runner.invoke(args=["backup", str(folder), str(key_folder)]).exit_code == 0

    monkeypatch.setenv("DATABASE_OWNER_URL", empty_url)
    (keys_file,) = key_folder.iterdir()
    done = runner.invoke(args=["restore", str(folder), str(keys_file)])
    assert done.exit_code == 0, done.output
    db.init(empty_url.replace("fund_owner", "fund_app", 1))
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("SELECT max(epoch) FROM audit.epoch").fetchone() == (2,)
    with db.reading() as session:
        assert queries.get_event(session, old[0]).leaf_index == 12  # no worker needed for it
    new = commit_gifts(2)
    sequence_all()
    sign()
    with db.reading() as session:
        report = verification.verify_log(session, now=NOW)
        assert (report.findings, report.leaves) == ([], 16)
        assert report.checkpoints == 2
        verify.check(queries.consistency_of(session, 10, 16))
        places = [queries.get_event(session, event_id).leaf_index for event_id in (*old, *new)]
    assert places == [12, 14, 15]  # 10 and 11: first key, checkpoint; 13: restored
