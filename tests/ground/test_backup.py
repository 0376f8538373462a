"""A backup restored elsewhere is the same fund: books and log verify, papers open, what was erased
stays erased. What is not whole is refused before anything is written."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import text

from config.settings import ROOT, Settings
from fund import backup, crypto, db, keys, postgres
from fund.audit import verification
from fund.backup import BadBackup
from fund.gateways import storage
from fund.survivors import documents
from fund.survivors.models import Document, Survivor
from tests.audit.factories import commit_gifts, sequence_all, sign
from tests.awards.factories import caseworker_of, make_ready
from tests.conftest import copied
from tests.disbursements.factories import make_sent, make_team
from tests.faults.conftest import own_cluster
from tests.survivors.test_documents import pdf

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def _as_owner(url: str) -> str:
    return url.replace(postgres.APP, postgres.OWNER, 1)


@dataclass(frozen=True)
class World:
    """A fund with gifts, an award, a payment and a paper; and its backup."""

    url: str
    document_id: UUID
    survivor_id: UUID
    folder: Path
    keys_file: Path
    documents: Path


@contextmanager
def standing_on(url: str, documents_folder: Path):
    """The service uses this database and this storage."""
    db.init(url)
    storage.init(f"file://{documents_folder}")
    try:
        yield
    finally:
        db.dispose()


@pytest.fixture(scope="module")
def world(app, cluster, template, tmp_path_factory):
    place = tmp_path_factory.mktemp("backup")
    with (
        copied(cluster, template, f"fund_backup_{uuid4().hex[:12]}") as name,
        standing_on(cluster.url(name), place / "documents"),
    ):
        with db.transaction() as session:
            team = make_team(session)
            make_sent(session, team)
            award = make_ready(session, committee=team.committee)
            actor = caseworker_of(session, award).actor_at(NOW)
            pending = documents.begin_document(
                session,
                documents.accept_upload("letter.pdf", pdf(2)),
                survivor_id=award.survivor_id,
                subject_kind="award",
                subject_id=award.id,
                document_class="receipt",
                actor=actor,
                now=NOW,
            )
            survivor_id = award.survivor_id
        documents.finish_document(pending, actor=actor, now=NOW)
        sequence_all()
        sign()
        made = backup.make(_as_owner(cluster.url(name)), place / "whole", place / "keys", now=NOW)
        yield World(
            cluster.url(name),
            pending.document_id,
            survivor_id,
            made.folder,
            made.keys_file,
            place / "documents",
        )
    settings: Settings = app.config["SETTINGS"]
    db.init(settings.database_url)
    storage.init(settings.storage_url)


@pytest.fixture
def empty(cluster):
    """An empty database's URL, for the service."""
    name = f"fund_empty_{uuid4().hex[:12]}"
    cluster.ensure_database(name)
    yield cluster.url(name)
    with cluster.admin() as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _flask(url: str, documents_folder: Path, *arguments: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments, "--json"],
        cwd=ROOT,
        env=os.environ
        | {
            "FUND_ENV": "test",
            "DATABASE_URL": url,
            "DATABASE_OWNER_URL": _as_owner(url),
            "STORAGE_URL": f"file://{documents_folder}",
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def _paper(document_id: UUID) -> bytes:
    with db.reading() as session:
        document = session.get_one(Document, document_id)
        return documents.open_document(session, document, storage.get(document.storage_key))


def test_a_fund_restored_elsewhere_verifies_and_goes_on(world, tmp_path):
    """By the commands, on another server with another folder, as after a fire."""
    made = _flask(world.url, world.documents, "backup", *map(str, _targets(tmp_path)))
    assert made["documents"] == 1
    elsewhere = tmp_path / "elsewhere"
    with own_cluster(f"restore-{os.getpid()}") as other:
        other.ensure_database("fund")
        url = other.url("fund")
        restored = _flask(url, elsewhere, "restore", made["folder"], made["keys_file"])
        assert restored["documents"] == 1
        books, log = (_flask(url, elsewhere, room, "verify") for room in ("ledger", "audit"))
        assert books["findings"] == log["findings"] == []
        assert books["journals"] >= 4
        assert log["events"] == log["leaves"] + 1  # the restoring itself is told last
        with standing_on(url, elsewhere):
            paper = _paper(world.document_id)
            assert paper.startswith(b"%PDF")
            commit_gifts(2)
            sequence_all()
            sign()
            with db.reading() as session:
                report = verification.verify_log(session, now=NOW)
            assert report.findings == []
            # Two gifts, and the signing, which is told last.
            assert report.leaves + 1 == report.events == log["events"] + 3
    with standing_on(world.url, world.documents):
        assert _paper(world.document_id) == paper


def _targets(place: Path) -> tuple[Path, Path]:
    return place / "backup", place / "keys"


def test_the_main_part_holds_no_key(world):
    dump = subprocess.run(
        [postgres.BIN / "pg_restore", "--file=-", world.folder / "database.dump"],
        capture_output=True,
        check=True,
    ).stdout.decode()
    with psycopg.connect(_as_owner(world.url)) as connection:
        wrapped = [row[0] for row in connection.execute("SELECT wrapped FROM vault.data_key")]
    assert len(wrapped) > 5
    assert not [key for key in wrapped if key.hex() in dump]
    files = [path for path in world.folder.rglob("*") if path.is_file()]
    assert not [path for path in files for key in wrapped if key in path.read_bytes()]
    assert all(key.hex() in world.keys_file.read_text() for key in wrapped)


def test_backup_and_keys_are_only_for_who_made_them(world):
    assert world.keys_file.stat().st_mode & 0o777 == 0o600
    assert world.keys_file.parent.stat().st_mode & 0o077 == 0
    assert world.folder.stat().st_mode & 0o077 == 0


def test_who_was_erased_stays_erased_in_an_older_backup(world, empty, tmp_path):
    """The keys file of a later day knows of the erasure, the database of an earlier one not."""
    with standing_on(world.url, world.documents):
        with db.transaction() as session:
            key_id = session.get_one(Survivor, world.survivor_id).key_id
            was = session.execute(
                text("SELECT wrapped FROM vault.data_key WHERE id = :id"), {"id": key_id}
            ).scalar_one()
            keys.destroy(session, key_id, now=NOW)
        newer = backup.make(_as_owner(world.url), *_targets(tmp_path), now=NOW).keys_file
        with db.transaction() as session:  # for the tests after this one
            undo = "UPDATE vault.data_key SET wrapped = :was, destroyed_at = NULL WHERE id = :id"
            session.execute(text(undo), {"was": was, "id": key_id})
    backup.restore(_as_owner(empty), world.folder, newer)
    with standing_on(empty, world.documents):
        with db.reading() as session:
            assert session.get_one(Survivor, world.survivor_id).key_id == key_id
        with pytest.raises(crypto.Unreadable):
            _paper(world.document_id)


# --- What is refused --------------------------------------------------------------------------


@pytest.fixture
def broken(world, tmp_path):
    """A copy of the backup, to be spoilt."""
    subprocess.run(["cp", "-r", world.folder, tmp_path / "broken"], check=True)
    return tmp_path / "broken"


def _change(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


SPOILING = {
    "the dump is changed": lambda folder: _change(folder / "database.dump"),
    "the dump is gone": lambda folder: (folder / "database.dump").unlink(),
    "a paper is changed": lambda folder: _change(next((folder / "documents").rglob("*-*"))),
    "a paper is gone": lambda folder: next((folder / "documents").rglob("*-*")).unlink(),
    "a paper is added": lambda folder: (folder / "documents" / "more").write_text("x"),
    "the list of keys is cut": lambda folder: (folder / "key-ids").write_text(""),
    "the manifest is gone": lambda folder: (folder / "manifest.json").unlink(),
    "the manifest is no JSON": lambda folder: (folder / "manifest.json").write_text("{"),
    "the manifest says nothing": lambda folder: (folder / "manifest.json").write_text("{}"),
    "nothing is there": lambda folder: subprocess.run(["rm", "-r", folder], check=True),
}


def _is_empty(url: str, documents_folder: Path) -> bool:
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchone()
    return found == (0,) and not documents_folder.exists()


@pytest.mark.parametrize("how", SPOILING)
def test_a_backup_that_is_not_whole_is_refused_before_anything_is_written(
    world, empty, broken, tmp_path, how
):
    SPOILING[how](broken)
    storage.init(f"file://{tmp_path / 'new'}")
    with pytest.raises(BadBackup):
        backup.restore(_as_owner(empty), broken, world.keys_file)
    assert _is_empty(empty, tmp_path / "new")


def _cut_last_line(lines: str) -> str:
    return "".join(lines.splitlines(keepends=True)[:-1])


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_cut_last_line, "older than the backup"),
        (lambda _: "", "older than the backup"),
        (lambda lines: lines[:-10], "no whole keys file"),
        (lambda lines: lines.replace("\t", " "), "no whole keys file"),
        (lambda lines: lines.replace("practice", "k9"), "does not open the keys of version 'k9'"),
    ],
)
def test_keys_that_do_not_fit_are_refused_before_anything_is_written(
    world, empty, tmp_path, spoil, reason
):
    wrong = tmp_path / "wrong.copy"
    wrong.write_text(spoil(world.keys_file.read_text()))
    storage.init(f"file://{tmp_path / 'new'}")
    with pytest.raises(BadBackup, match=reason):
        backup.restore(_as_owner(empty), world.folder, wrong)
    assert _is_empty(empty, tmp_path / "new")


def test_a_database_that_is_not_empty_is_not_overwritten(world):
    with pytest.raises(BadBackup, match="not empty"):
        backup.restore(_as_owner(world.url), world.folder, world.keys_file)


def test_a_backup_is_not_laid_over_another_nor_beside_its_keys(world, tmp_path):
    with pytest.raises(BadBackup, match="not empty"):
        backup.make(_as_owner(world.url), world.folder, tmp_path, now=NOW)
    for keys_folder in (tmp_path / "b", tmp_path / "b" / "keys"):
        with pytest.raises(BadBackup, match="apart"):
            backup.make(_as_owner(world.url), tmp_path / "b", keys_folder, now=NOW)


def test_a_backup_without_a_database_says_so(cluster, tmp_path):
    with pytest.raises(BadBackup, match="pg_dump"):
        backup.make(cluster.url("no_such_fund", postgres.OWNER), *_targets(tmp_path), now=NOW)
