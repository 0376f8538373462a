"""`flask audit verify` passes an honest log and names what a superuser changed behind our back."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from fund import db, keys
from fund.audit import queries, verification, verify
from fund.audit.events.log import number_id
from fund.audit.witnesses import Seen
from tests.audit.factories import (
    NOW,
    commit_gifts,
    record_gift,
    record_private,
    sealed_log,
    sequence_all,
    sign,
)
from tests.conftest import copied


@dataclass
class Sealed:
    """A log, and what is known of it."""

    url: str
    secret: UUID
    key_id: UUID
    waiting: UUID
    signed: UUID


@pytest.fixture(scope="module")
def sealed(app, cluster, template):
    """300 events, signed at 100 and at 300, one with a private part; and one not yet numbered."""
    with copied(cluster, template, f"fund_sealed_{uuid4().hex[:12]}") as name:
        db.init(cluster.url(name))
        with db.transaction() as session:
            record_gift(session)
            key_id = keys.create(session, "survivor", now=NOW)
            secret = record_private(session, private={"name": "Somchai"}, key_id=key_id)
        sealed_log(98)
        sealed_log(198)  # and the log's first key, and its first checkpoint
        (waiting,) = commit_gifts(1)
        with db.reading() as session:
            (newest, *_) = queries.list_events(session, [("checkpoint", number_id(300))])
        db.dispose()
        yield Sealed(cluster.url(name, "postgres"), secret, key_id, waiting, newest.id)


@pytest.fixture
def superuser(sealed):
    """A session of the database's superuser with triggers off; what it did is undone."""
    engine = db.make_engine(sealed.url)
    with engine.connect() as connection, Session(connection) as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        yield session
        session.rollback()
    engine.dispose()


def tamper(session: Session, statement: str, **values) -> None:
    assert session.execute(text(statement), values).rowcount


def found(session: Session, now: datetime = NOW) -> set[tuple[str, str]]:
    findings = verification.verify_log(session, now=now).findings
    return {(finding.kind, finding.row) for finding in findings}


def test_an_honest_log_passes_while_events_go_on(sealed, superuser):
    report = verification.verify_log(superuser, now=NOW)
    assert report.findings == []
    assert (report.events, report.leaves, report.checkpoints, report.erased) == (302, 300, 2, 0)


def test_an_erased_subject_leaves_a_log_that_verifies(sealed, superuser):
    keys.destroy(superuser, sealed.key_id, now=NOW)
    report = verification.verify_log(superuser, now=NOW)
    assert (report.findings, report.erased) == ([], 1)


EVENT_AT_5 = "id = (SELECT event_id FROM audit.leaf WHERE index = 5)"


@pytest.mark.parametrize(
    "change",
    [
        "name = 'gift_failed'",
        "actor = 'staff:somebody'",
        "subject_kind = 'donor'",
        "subject_id = gen_random_uuid()",
        "data = data || '{\"amount_minor\": 1}'",
        "data = data || '{\"amount_minor\": 0.5}'",
        "data = data || '{\"more\": 1}'",
        "at = at + interval '1 microsecond'",
        "payload_commit = sha256('')",
        "leaf_hash = sha256('')",
        "xid = xid + 1",
        "epoch = 2",
    ],
)
def test_a_changed_column_of_an_event_is_found(superuser, change):
    tamper(superuser, f"UPDATE audit.event SET {change} WHERE {EVENT_AT_5}")
    kinds = {kind for kind, _ in found(superuser)}
    assert kinds
    assert kinds <= {"edited", "rehashed"}


def test_a_changed_private_payload_is_found(sealed, superuser):
    row = f"event {sealed.secret}"
    mine = "WHERE id = :id"
    tamper(superuser, f"UPDATE audit.event SET sealed = sealed || '\\x00' {mine}", id=sealed.secret)
    assert found(superuser) == {("unreadable", row)}
    tamper(
        superuser, f"UPDATE audit.event SET sealed = NULL, key_id = NULL {mine}", id=sealed.secret
    )
    assert found(superuser) == {("edited", row)}


def test_a_data_key_that_vanished_is_no_erasure(sealed, superuser):
    tamper(superuser, "DELETE FROM vault.data_key WHERE id = :id", id=sealed.key_id)
    assert found(superuser) == {("deleted", f"event {sealed.secret}")}


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        (f"DELETE FROM audit.event WHERE {EVENT_AT_5}", ("deleted", "leaf 5")),
        ("DELETE FROM audit.leaf WHERE index = 5", ("deleted", "leaf 5")),
        ("DELETE FROM audit.leaf WHERE index >= 290", ("truncated", "checkpoint 300")),
        ("DELETE FROM audit.node", ("deleted", "node 1/0")),
        ("UPDATE audit.node SET hash = sha256('')", ("edited", "node 1/0")),
        ("INSERT INTO audit.node VALUES (1, 1, sha256(''))", ("inserted", "node 1/1")),
        ("UPDATE audit.leaf SET xid = xid + 1 WHERE index = 5", ("edited", "leaf 5")),
        ("UPDATE audit.leaf SET epoch = 0 WHERE index = 5", ("reordered", "leaf 5")),
        (
            "UPDATE audit.leaf SET leaf_hash = sha256('') WHERE index = 5",
            ("rehashed", "checkpoint 100"),
        ),
        ("UPDATE audit.checkpoint SET root = sha256('')", ("edited", "checkpoint 100")),
        (
            "UPDATE audit.checkpoint SET size = 301 WHERE size = 300",
            ("edited", "checkpoint 301"),
        ),
        (
            "UPDATE audit.checkpoint SET note = replace(note, '100', '101') WHERE size = 100",
            ("edited", "checkpoint 100"),
        ),
    ],
)
def test_each_manipulation_is_found_and_named(superuser, statement, finding):
    tamper(superuser, statement)
    assert finding in found(superuser)


def test_two_swapped_leaves_are_found(superuser):
    for old, new in ((7, 9999), (8, 7), (9999, 8)):
        tamper(superuser, "UPDATE audit.leaf SET index = :new WHERE index = :old", old=old, new=new)
    assert found(superuser) >= {("reordered", "leaf 8"), ("rehashed", "checkpoint 100")}


def test_an_event_slipped_in_behind_the_sequencer_is_found(sealed, superuser):
    tamper(superuser, "UPDATE audit.event SET xid = 3 WHERE id = :id", id=sealed.waiting)
    assert found(superuser) == {("inserted", f"event {sealed.waiting}")}


def test_an_event_that_waits_too_long_is_reported(sealed, superuser):
    assert found(superuser, NOW + timedelta(seconds=60)) == set()
    late = {("late", f"event {sealed.waiting}"), ("late", f"event {sealed.signed}")}
    assert found(superuser, NOW + timedelta(seconds=61)) == late


def seen_by_a_witness(session: Session) -> Seen:
    newest = queries.find_checkpoint(session)
    return Seen("https://witness.example", "witness.example", newest.size, newest.root, newest.note)


def test_a_log_without_its_tail_and_its_last_checkpoint_looks_whole_but_to_a_witness(superuser):
    seen = [seen_by_a_witness(superuser)]
    assert verification.verify_log(superuser, now=NOW, seen=seen).findings == []
    # Back to where it was once its first checkpoint was signed and had its event.
    tamper(
        superuser,
        "DELETE FROM audit.event WHERE id NOT IN"
        " (SELECT event_id FROM audit.leaf WHERE index < 102)",
    )
    tamper(superuser, "DELETE FROM audit.leaf WHERE index >= 102")
    tamper(superuser, "DELETE FROM audit.node")
    tamper(superuser, "DELETE FROM audit.checkpoint WHERE size > 100")
    assert found(superuser) == set()
    [finding] = verification.verify_log(superuser, now=NOW, seen=seen).findings
    assert (finding.kind, finding.row) == ("truncated", "witness witness.example")
    assert finding.only_witness


def test_a_witness_that_cannot_be_asked_is_reported(superuser):
    seen = [Seen("https://witness.example", "witness.example", fault="it does not answer")]
    [finding] = verification.verify_log(superuser, now=NOW, seen=seen).findings
    assert str(finding) == "witness witness.example: unreadable: it does not answer"


# --- The commands -----------------------------------------------------------------------------


def run(app, *arguments):
    done = app.test_cli_runner().invoke(args=["audit", *arguments])
    return done.exit_code, done.output


def test_the_command_reads_all_and_exits_0_or_1(app, fresh_url):
    with db.transaction() as session:
        record_gift(session)
    sequence_all()
    sign()
    sequence_all()
    code, output = run(app, "verify", "--json")
    assert (code, json.loads(output)["findings"]) == (0, [])
    assert json.loads(output)["leaves"] == 3
    assert "Nothing is amiss: 3 events" in run(app, "verify")[1]
    with psycopg.connect(fresh_url.replace("fund_app", "postgres", 1)) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE audit.event SET actor = 'system2'")
    code, output = run(app, "verify", "--json")
    assert code == 1
    assert json.loads(output)["findings"][0]["kind"] == "edited"


def test_the_commands_print_a_checkpoint_and_a_proof(app, fresh_url):
    assert run(app, "checkpoint")[0] == 1
    (made,) = commit_gifts(1)
    assert run(app, "prove", str(made))[0] == 1
    sequence_all()
    code, note = run(app, "checkpoint")
    assert (code, note.splitlines()[:2]) == (0, ["localhost/log", "1"])
    code, proof = run(app, "prove", str(made))
    assert (code, json.loads(proof)["event"]["id"]) == (0, str(made))
    verify.check(json.loads(run(app, "prove", str(made), "--json")[1])["proof"])
    assert run(app, "prove", "not-an-id")[0] == 2
