"""A log that forks or is cut off gets no witness's signature again, and the witness shows it."""

import base64
import hashlib
import json
import os
import subprocess
import sys
import threading
from datetime import timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from config.settings import ROOT, WitnessAddress
from fund import db
from fund.audit import cosignatures, merkle, models, notes, queries, tasks, verify, witness
from fund.audit import witnesses as our_witnesses
from fund.cli.worker import LOOPS
from fund.crypto import VerifierKey
from fund.gateways import witness as gateway
from tests.audit.factories import NOW, Hashes, sealed_log, sequence_all, sign, superuser
from tests.audit.witnessing import NAMES, witnesses_running
from tests.conftest import SETTINGS
from tests.ports import NOBODY

pytestmark = pytest.mark.xdist_group("witnesses")


@pytest.fixture(scope="module")
def pair(app, tmp_path_factory):
    """Two witnesses, each a process of its own."""
    named = [(f"w{number}.example", tmp_path_factory.mktemp("witness")) for number in (1, 2)]
    with witnesses_running(*named) as running:
        yield running


@pytest.fixture(scope="module")
def names():
    """Names that no test has used; the last one belongs to the tests of the protocol."""
    return iter(NAMES[:-1])


@pytest.fixture
def watched(pair, names, app, fresh_url):
    """A log of this test's own name, which both witnesses know; commits are real."""
    name = next(names)
    notes.init(f"https://{name.removesuffix('/log')}")
    our_witnesses.init([running.address for running in pair])
    yield name
    our_witnesses.init(())
    notes.init(SETTINGS["FUND_BASE_URL"])


def kept() -> list[tuple[int, str]]:
    with db.reading() as session:
        rows = session.execute(select(models.Cosignature.size, models.Cosignature.witness))
        return sorted((size, name) for size, name in rows)


def grow(count: int = 5) -> None:
    sealed_log(count)
    tasks.send_to_witnesses()


def seen() -> list[our_witnesses.Seen]:
    with db.reading() as session:
        keys = [key.verifier_key for key in queries.list_signing_keys(session)]
    return our_witnesses.list_seen(keys)


def test_both_witnesses_cosign_each_checkpoint_and_it_is_served_with_their_names(
    watched, pair, app
):
    sealed_log(5)
    assert [found.size for found in seen()] == [0, 0]
    tasks.send_to_witnesses()
    assert kept() == [(5, "w1.example"), (5, "w2.example")]
    note = app.test_client().get("/log/checkpoint").text
    for running in pair:
        line, at = cosignatures.find(note, running.address.key)
        assert line in note
        assert abs(at - db_time()) < timedelta(minutes=1)
    assert [(found.name, found.size, found.fault) for found in seen()] == [
        ("w1.example", 5, None),
        ("w2.example", 5, None),
    ]
    sequence_all()
    assert sign() is None  # what the log says of its own checkpoints is no news
    grow()
    sizes = {size for size, _ in kept()}
    assert len(kept()) == 4
    assert max(sizes) == seen()[0].size == 5 + 4 + 5
    with db.reading() as session:
        (told, *_) = queries.list_events(session, [("checkpoint", UUID(int=5))])
        row = session.get(models.Cosignature, (5, "w2.example"))
    assert told.name == "checkpoint_witnessed"
    assert row.at.microsecond == 0


def db_time():
    with db.reading() as session:
        return session.scalar(select(func.now()))


def test_a_log_that_forgot_what_its_witness_signed_learns_it_from_the_witness(watched, fresh_url):
    grow()
    with superuser(fresh_url) as connection:
        connection.execute("DELETE FROM audit.cosignature")
    grow()
    assert {name for _, name in kept()} == {"w1.example", "w2.example"}


def test_a_log_rewritten_behind_a_signed_checkpoint_gets_no_signature_again(
    watched, fresh_url, capsys
):
    grow()
    before = seen()
    with superuser(fresh_url) as connection:  # rewrite, rehash, and sign anew
        for table in ("cosignature", "checkpoint", "leaf", "node"):
            connection.execute(f"DELETE FROM audit.{table}")
        connection.execute(
            "UPDATE audit.event SET leaf_hash = sha256('forged') WHERE name = 'gift_paid'"
        )
    sequence_all()
    sign()
    tasks.send_to_witnesses()
    assert kept() == []
    assert "witness_refused" in capsys.readouterr().err
    assert [found.root for found in seen()] == [found.root for found in before]


def test_two_logs_of_one_size_leave_the_second_as_evidence_with_the_witness(
    watched, pair, fresh_url
):
    first, second = (notes.sign(watched, 3, bytes([n]) * 32, [1]) for n in (1, 2))
    url = pair[0].address.url
    assert gateway.add_checkpoint(url, f"old 0\n\n{first}")[0] == 200
    assert gateway.add_checkpoint(url, f"old 3\n\n{second}") == (409, "3\n")
    (evidence,) = pair[0].folder.glob("*.fork")
    assert evidence.read_text() == second


def test_a_log_without_its_tail_is_seen_by_what_the_witness_kept(watched, fresh_url, capsys):
    grow(3)
    grow(7)
    with superuser(fresh_url) as connection:
        tail = "SELECT event_id FROM audit.leaf WHERE index >= 3"
        connection.execute(f"DELETE FROM audit.event WHERE id IN ({tail})")
        connection.execute(
            "DELETE FROM audit.event WHERE id NOT IN (SELECT event_id FROM audit.leaf)"
        )
        connection.execute("DELETE FROM audit.leaf WHERE index >= 3")
        for table in ("cosignature", "checkpoint"):
            connection.execute(f"DELETE FROM audit.{table} WHERE size > 3")
    with db.reading() as session:
        assert queries.find_checkpoint(session).size == 3
    assert {found.size for found in seen()} == {3 + 4 + 7}
    sealed_log(1)
    tasks.send_to_witnesses()
    assert "witness_saw_another_log" in capsys.readouterr().err


def test_a_silent_witness_does_not_keep_the_other_from_signing(watched, pair, capsys):
    silent = WitnessAddress(f"http://{NOBODY}", pair[0].address.key)
    our_witnesses.init([silent, pair[1].address])
    grow()
    assert kept() == [(5, "w2.example")]
    assert "witness_silent" in capsys.readouterr().err
    assert seen()[0].fault == "it does not answer"
    our_witnesses.init([pair[0].address])
    tasks.send_to_witnesses()  # the next round, once it answers
    assert len(kept()) == 2


def test_another_key_than_the_one_that_we_trust_counts_for_nothing(watched, pair, capsys):
    other = VerifierKey("w1.example", VerifierKey.WITNESS, bytes(range(32)))
    our_witnesses.init([WitnessAddress(pair[0].address.url, other)])
    grow()
    assert kept() == []
    assert "witness_failed" in capsys.readouterr().err
    assert seen()[0].fault == "it did not sign its answer"


def test_the_check_of_the_log_asks_the_witnesses_that_the_settings_name(watched, pair, fresh_url):
    grow()
    sequence_all()

    def run(*running) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "audit", "verify", "--json"],
            cwd=ROOT,
            env=os.environ
            | SETTINGS
            | {"DATABASE_URL": fresh_url, "FUND_WITNESSES": ",".join(r.setting for r in running)},
            stdout=subprocess.PIPE,
            text=True,
        )

    answers = [json.loads(asked.communicate()[0]) for asked in (run(*pair), run())]
    assert [answer["witnesses"] for answer in answers] == [2, 0]
    assert tasks.send_to_witnesses in [loop[1] for loop in LOOPS]


# --- The protocol, against one process ---------------------------------------------------------

TREE = Hashes([merkle.leaf_hash(str(number).encode()) for number in range(40)])


def head(size: int, name: str = NAMES[-1]) -> str:
    return notes.sign(name, size, merkle.root(TREE, size), [1])


def submission(old: int, size: int, *, path: list[bytes] | None = None) -> str:
    if path is None:
        path = merkle.consistency(TREE, old, size) if 0 < old < size else []
    lines = "".join(f"{base64.b64encode(hash_).decode()}\n" for hash_ in path)
    return f"old {old}\n{lines}\n{head(size)}"


def test_the_protocol_is_that_of_c2sp(pair):
    url = pair[1].address.url

    def status(body: str) -> int:
        return gateway.add_checkpoint(url, body)[0]

    assert gateway.newest_checkpoint(url, NAMES[-1])[0] == 404
    assert status(submission(0, 7)) == 200
    assert status(submission(7, 7)) == 200  # the same once more is no conflict
    assert gateway.add_checkpoint(url, submission(0, 9)) == (409, "7\n")
    assert status(submission(7, 20, path=[])) == 422
    assert status(submission(7, 20, path=merkle.consistency(TREE, 8, 20))) == 422
    assert status(submission(7, 7, path=[bytes(32)])) == 422
    assert status(submission(30, 20)) == 400
    assert status(f"old 7\n\n{head(20, 'stranger.example/log')}") == 404
    assert status(submission(7, 20).replace("\n20\n", "\n21\n")) == 403
    unsigned = submission(7, 20).replace(f"— {NAMES[-1]} ", "— somebody ")
    assert status(unsigned) == 403
    for damaged in (
        "",
        "old 07\n\n" + head(8),
        "old 7\nxx\n\n" + head(8),
        "old 7\nAAAA\n\n" + head(8),
    ):
        assert status(damaged) == 400
    assert status("x" * (witness.LARGEST_REQUEST + 1)) == 400
    assert status(submission(7, 20)) == 200
    known, note = gateway.newest_checkpoint(url, NAMES[-1])
    assert (known, verify.open_checkpoint(note, str(notes.verifier_key(1, NAMES[-1])))[1]) == (
        200,
        20,
    )


def test_a_cosignature_is_the_one_that_c2sp_writes_and_no_other_is_taken(app):
    private_key = Ed25519PrivateKey.generate()
    note = head(7)
    line = cosignatures.cosign(note, "w.example", private_key, now=NOW)
    dash, name, encoded = line.split(" ")
    blob, public = base64.b64decode(encoded), private_key.public_key().public_bytes_raw()
    key_id = hashlib.sha256(b"w.example\n\x04" + public).digest()[:4]
    assert (dash, name, blob[:4]) == ("—", "w.example", key_id)
    assert int.from_bytes(blob[4:12], "big") == int(NOW.timestamp())
    body = note.partition("\n\n")[0] + "\n"
    signed = f"cosignature/v1\ntime {int(NOW.timestamp())}\n{body}".encode()
    private_key.public_key().verify(blob[12:], signed)
    key = cosignatures.verifier_key("w.example", private_key)
    assert cosignatures.find(note + line, key) == (line, NOW)
    assert cosignatures.find(note, key) is None
    later = base64.b64encode(blob[:11] + bytes([blob[11] ^ 1]) + blob[12:]).decode()
    for wrong in (f"{note}— w.example {later}\n", head(8) + line):
        with pytest.raises(ValueError, match="cosignature is wrong"):
            cosignatures.find(wrong, key)


def test_what_it_signed_outlives_the_witness_being_killed(app, tmp_path):
    for killed in (True, False):
        with witnesses_running(("w3.example", tmp_path)) as (running,):
            url = running.address.url
            if killed:
                assert gateway.add_checkpoint(url, submission(0, 7))[0] == 200
                first = running.address.key
            else:
                assert running.address.key == first
                assert gateway.add_checkpoint(url, submission(0, 9)) == (409, "7\n")


def test_however_many_ask_at_once_it_never_goes_back(app, tmp_path):
    private_key = Ed25519PrivateKey.generate()
    key = notes.verifier_key(1, NAMES[-1])
    # Two on one folder are as two processes: each has its own lock on the same file.
    two = [witness.Witness("w.example", private_key, [key], tmp_path) for _ in range(2)]
    assert two[0].add_checkpoint(submission(0, 1), now=NOW).status == 200
    signed: list[int] = []

    def climb(mine: witness.Witness) -> None:
        size = 1
        while size < 40:
            answer = mine.add_checkpoint(submission(size, size + 1), now=NOW)
            if answer.status == 200:
                signed.append(size + 1)
                size += 1
            else:
                size = int(answer.text)

    threads = [threading.Thread(target=climb, args=(mine,)) for mine in two * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(signed) == list(range(2, 41))
    assert two[0].newest(NAMES[-1]).text.split("\n")[1] == "40"


def test_its_key_is_made_once_for_nobody_else_to_read(tmp_path):
    path = tmp_path / "key"
    made = witness.load_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert witness.load_key(path).private_bytes_raw() == made.private_bytes_raw()
    path.chmod(0o640)
    with pytest.raises(witness.BadKeyFile, match="600"):
        witness.load_key(path)
    path.chmod(0o600)
    path.write_text("no key")
    with pytest.raises(witness.BadKeyFile, match="base64"):
        witness.load_key(path)


def test_the_command_takes_only_what_it_can_use(app, tmp_path):
    def run(*arguments: str) -> int:
        done = app.test_cli_runner().invoke(args=["audit", "witness", *arguments])
        return done.exit_code

    key = str(notes.verifier_key(1, NAMES[0]))
    assert run("--name", "w", "--log", "no-key", "--folder", str(tmp_path)) == 2
    assert run("--name", "a+b", "--log", key, "--folder", str(tmp_path)) == 2
    assert run("--name", "w", "--log", key, "--folder", str(tmp_path / "nowhere")) == 2


def test_a_kept_file_that_was_emptied_is_no_log_that_was_never_seen(app, tmp_path):
    """Else whoever can cut a file off could make the witness sign another past."""
    name = "cut.example/log"
    key = notes.verifier_key(1, name)
    first, second = (notes.sign(name, 3, bytes([n]) * 32, [1]) for n in (1, 2))
    one = witness.Witness("w.example", Ed25519PrivateKey.generate(), [key], tmp_path)
    assert one.add_checkpoint(f"old 0\n\n{first}", now=NOW).status == 200
    (file,) = tmp_path.glob("*.checkpoint")
    file.write_text("")
    with pytest.raises(ValueError, match="not enough values"):
        one.add_checkpoint(f"old 0\n\n{second}", now=NOW)
