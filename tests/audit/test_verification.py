"""`flask audit verify` passes an honest log and names what a superuser changed behind our back."""

import json
from datetime import timedelta

import psycopg
import pytest

from fund import db, keys
from fund.audit import operations, verification, verify
from fund.audit.events import SurvivorAdded
from fund.ids import new_id
from fund.permissions import SYSTEM
from tests.audit.factories import NOW, commit_gifts, record_gift, sealed_log, sequence_all, sign


def check_log(now=NOW) -> verification.Report:
    with db.reading() as session:
        verification.use_one_snapshot(session)
        return verification.verify_log(session, now=now)


def found(now=NOW) -> set[tuple[str, str]]:
    return {(finding.kind, finding.row) for finding in check_log(now).findings}


@pytest.fixture
def sealed(app, fresh_url):
    """A log of 300 events, signed at 100 and 300; the second event has a private payload."""
    with db.transaction() as session:
        record_gift(session)
        key_id = keys.create(session, "survivor", now=NOW)
        secret = operations.record(
            session,
            SurvivorAdded(new_id(), case_code="LF-7K3Q-2M"),
            actor=SYSTEM,
            now=NOW,
            private={"name": "Somchai"},
            key_id=key_id,
        )
    sealed_log(98)
    sealed_log(200)
    return {"secret": secret, "key_id": key_id}


@pytest.fixture
def tamper(fresh_url):
    """Run SQL as the database's superuser with triggers off."""

    def run(statement: str, *values) -> None:
        superuser = fresh_url.replace("fund_app", "postgres", 1)
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            assert connection.execute(statement, values).rowcount

    return run


def test_an_honest_log_passes_while_events_go_on(sealed):
    commit_gifts(3)
    report = check_log()
    assert report.findings == []
    assert (report.events, report.leaves, report.checkpoints, report.erased) == (303, 300, 2, 0)


def test_an_erased_subject_leaves_a_log_that_verifies(sealed):
    with db.transaction() as session:
        keys.destroy(session, sealed["key_id"], now=NOW)
    report = check_log()
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
def test_a_changed_column_of_an_event_is_found(sealed, tamper, change):
    tamper(f"UPDATE audit.event SET {change} WHERE {EVENT_AT_5}")
    assert {kind for kind, _ in found()} <= {"edited", "rehashed"}
    assert found()


def test_a_changed_private_payload_is_found(sealed, tamper):
    row = f"event {sealed['secret']}"
    tamper("UPDATE audit.event SET sealed = sealed || '\\x00' WHERE id = %s", sealed["secret"])
    assert found() == {("unreadable", row)}
    tamper("UPDATE audit.event SET sealed = NULL, key_id = NULL WHERE id = %s", sealed["secret"])
    assert found() == {("edited", row)}


def test_a_data_key_that_vanished_is_no_erasure(sealed, tamper):
    tamper("DELETE FROM vault.data_key WHERE id = %s", sealed["key_id"])
    assert found() == {("deleted", f"event {sealed['secret']}")}


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
            ("truncated", "checkpoint 301"),
        ),
        (
            "UPDATE audit.checkpoint SET note = replace(note, '100', '101') WHERE size = 100",
            ("edited", "checkpoint 100"),
        ),
    ],
)
def test_each_manipulation_is_found_and_named(sealed, tamper, statement, finding):
    tamper(statement)
    assert finding in found()


def test_two_swapped_leaves_are_found(sealed, tamper):
    tamper("UPDATE audit.leaf SET index = 9999 WHERE index = 7")
    tamper("UPDATE audit.leaf SET index = 7 WHERE index = 8")
    tamper("UPDATE audit.leaf SET index = 8 WHERE index = 9999")
    assert found() >= {("reordered", "leaf 8"), ("rehashed", "checkpoint 100")}


def test_an_event_slipped_in_behind_the_sequencer_is_found(sealed, tamper):
    (made,) = commit_gifts(1)
    tamper("UPDATE audit.event SET xid = 3 WHERE id = %s", made)
    assert found() == {("inserted", f"event {made}")}


def test_an_event_that_waits_too_long_is_reported(sealed):
    (made,) = commit_gifts(1)
    assert found(NOW + timedelta(seconds=60)) == set()
    assert found(NOW + timedelta(seconds=61)) == {("late", f"event {made}")}


def test_a_log_without_its_tail_and_its_last_checkpoint_looks_whole(sealed, tamper):
    """What only somebody who kept the checkpoint can find: the consistency proof then fails."""
    tamper("DELETE FROM audit.event WHERE id IN (SELECT event_id FROM audit.leaf WHERE index>=100)")
    tamper("DELETE FROM audit.leaf WHERE index >= 100")
    tamper("DELETE FROM audit.node")
    tamper("DELETE FROM audit.checkpoint WHERE size = 300")
    assert found() == set()


# --- The commands -----------------------------------------------------------------------------


def run(app, *arguments):
    done = app.test_cli_runner().invoke(args=["audit", *arguments])
    return done.exit_code, done.output


def test_the_command_reads_all_and_exits_0_or_1(app, fresh_url, tamper):
    with db.transaction() as session:
        record_gift(session)
    sequence_all()
    sign()
    code, output = run(app, "verify", "--json")
    assert (code, json.loads(output)["findings"]) == (0, [])
    assert json.loads(output)["leaves"] == 1
    assert "Nothing is amiss: 1 events" in run(app, "verify")[1]
    tamper("UPDATE audit.event SET actor = 'system2'")
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
