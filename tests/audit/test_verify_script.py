"""An outsider with the script, a proof and the key finds every alteration."""

import base64
import copy
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from fund import crypto, db, keys
from fund.audit import notes, queries, verify
from fund.errors import NotFound
from tests.audit.factories import commit_gifts, record_receipt, sealed_log, sequence_all, sign

codes = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(codes, inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture
def proofs(app, fresh_url) -> dict[str, dict]:
    """Real proofs, exported from a log of 300 events: of a receipt, and of growth."""
    sealed_log(100)
    with db.transaction() as session:
        receipt = record_receipt(session)
    commit_gifts(197)  # the first signing left two events of its own
    sequence_all()
    sign()
    with db.reading() as session:
        return {
            "inclusion": queries.proof_of(session, receipt),
            "consistency": queries.consistency_of(session, 100, 300),
        }


@pytest.fixture
def run(tmp_path):
    """Run the script, copied to where nothing of ours is, on a document."""
    script = shutil.copy(verify.__file__, tmp_path / "verify.py")

    def run(document, *options: str) -> subprocess.CompletedProcess:
        path = tmp_path / "proof.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return subprocess.run(
            [sys.executable, "-I", script, path, *options],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_real_proof_verifies_with_the_key_that_was_kept(proofs, run):
    key = str(notes.verifier_key(1, "localhost/log"))
    done = run(proofs["inclusion"], "--key", key)
    assert (done.returncode, done.stderr) == (0, "")
    assert "NZ-2026-000012" in done.stdout
    assert "of 300 in localhost/log" in done.stdout
    done = run(proofs["consistency"], "--key", key)
    assert (done.returncode, done.stderr) == (0, "")
    assert "first 100 entries" in done.stdout


def test_without_a_key_the_script_says_that_this_shows_less(proofs, run):
    done = run(proofs["inclusion"])
    assert done.returncode == 0
    assert f"compare it: {notes.verifier_key(1, 'localhost/log')}" in done.stdout


def test_a_checkpoint_alone_is_checked_with_the_key(proofs, run):
    key = str(notes.verifier_key(1, "localhost/log"))
    note = proofs["inclusion"]["checkpoint"]
    done = run(note, "--key", key)
    assert (done.returncode, done.stderr) == (0, "")
    assert "localhost/log had 300 entries when this was signed" in done.stdout
    assert run(note.replace("\n300\n", "\n301\n"), "--key", key).returncode == 1
    assert run(note).returncode == 1


def test_it_is_short_enough_to_be_read(app):
    assert len(Path(verify.__file__).read_text().splitlines()) < 200


def test_what_is_no_proof_is_misuse(run, tmp_path):
    assert run("no json").returncode == 2
    assert run('{"kind": 1, "kind": 2}').returncode == 2
    assert run('{"leaf_index": 1.5}').returncode == 2
    assert run("{}", "--no-such-option").returncode == 2
    (tmp_path / "proof.json").unlink()
    missing = [sys.executable, tmp_path / "verify.py", tmp_path / "proof.json"]
    assert subprocess.run(missing, capture_output=True, check=False).returncode == 2


def test_the_script_exits_1_on_a_changed_amount(proofs, run):
    proofs["inclusion"]["event"]["data"]["amount_minor"] = 500000
    done = run(proofs["inclusion"])
    assert (done.returncode, done.stdout) == (1, "")
    assert "DOES NOT VERIFY: this is not in the log that was signed" in done.stderr


def _places(value, path=()):
    """Each place in a document, as a path of names and positions."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for name, item in inner:
        yield (*path, name)
        if isinstance(item, dict | list):
            yield from _places(item, (*path, name))


def _others(value):
    """What a forger might put there instead."""
    if isinstance(value, str):
        middle = len(value) // 2
        yield from (value[:-1], value + "0", "", value[:middle] + "7" + value[middle + 1 :])
    elif isinstance(value, int):
        yield from (value + 1, value - 1, str(value), True, -value - 1)
    elif isinstance(value, list):
        yield from (value[1:], value[::-1], [*value, "00" * 32], None)
    elif isinstance(value, dict):
        yield from ({**value, "more": 1}, {}, None)
    yield None


@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_every_field_is_covered(proofs, kind):
    proof = proofs[kind]
    verify.check(proof)
    for *path, name in _places(proof):
        for other in _others(_at(proof, [*path, name])):
            changed = copy.deepcopy(proof)
            _at(changed, path)[name] = other
            if changed == proof:
                continue
            with pytest.raises(verify.DoesNotVerify):
                verify.check(changed)
        if isinstance(_at(proof, path), dict):
            without = copy.deepcopy(proof)
            del _at(without, path)[name]
            with pytest.raises(verify.DoesNotVerify):
                verify.check(without)


def _at(document, path):
    for name in path:
        document = document[name]
    return document


def test_a_whole_log_forged_with_another_key_fails_against_the_key_that_was_kept(
    proofs, fresh_url, run
):
    kept = str(notes.verifier_key(1, "localhost/log"))
    real = keys.keyring()
    try:
        keys.init(crypto.Keyring(real.keys, real.index_key, {1: bytes(32)}))
        with psycopg.connect(fresh_url.replace("fund_app", "postgres", 1)) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute("DELETE FROM audit.signing_key")
        with db.transaction() as session:
            receipt = record_receipt(session)
        sequence_all()
        sign()
        with db.reading() as session:
            forged = queries.proof_of(session, receipt)
    finally:
        keys.init(real)
    assert run(forged).returncode == 0
    done = run(forged, "--key", kept)
    assert done.returncode == 1
    assert "not signed with this key" in done.stderr


def test_cosignatures_of_others_do_not_disturb(proofs):
    line = base64.b64encode(b"witn" + bytes(64)).decode()
    proofs["inclusion"]["checkpoint"] += f"— witness.example {line}\n"
    verify.check(proofs["inclusion"])


def test_nothing_is_shown_as_proven_that_was_not_hashed(proofs, run):
    proof = proofs["inclusion"]
    proof["event"]["payload_commit"] = "Anybody's own words"  # what is hashed in its place is true
    done = run(proof)
    assert (done.returncode, done.stdout) == (1, "")


def test_a_kept_checkpoint_or_key_that_is_nothing_does_not_pass_as_compared(proofs, run, tmp_path):
    kept = tmp_path / "kept"
    kept.write_text("")
    assert run(proofs["consistency"], "--kept", kept).returncode == 1
    kept.write_text(proofs["consistency"]["checkpoint"])
    assert run(proofs["inclusion"], "--kept", kept).returncode == 1  # it was not looked at
    assert run(proofs["inclusion"], "--key", "").returncode == 1


def test_a_file_that_readers_would_understand_differently_is_refused(proofs, run):
    proof = proofs["inclusion"]
    for strange in (
        list(proof.items()),
        [*proof.items(), ("event", proof["event"])],
        {**proof, "more": float("nan")},
    ):
        assert run(json.dumps(strange)).returncode == 2
    assert run("[" * 100_000).returncode == 2
    assert run(json.dumps(proof) + "\nAnd the donor gave double.\n").returncode == 1


def test_a_file_cannot_speak_to_the_terminal(proofs, run):
    """Whoever forges a whole log could otherwise hide that the key came with the file."""
    name = "localhost/log\x1b[8m"
    key = Ed25519PrivateKey.generate()
    typed = b"\x01" + key.public_key().public_bytes_raw()
    key_id = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
    text = f"{name}\n1\n{base64.b64encode(bytes(32)).decode()}\n"
    signature = base64.b64encode(key_id + key.sign(text.encode())).decode()
    forged = {
        "kind": "checkpoint",
        "checkpoint": f"{text}\n— {name} {signature}\n",
        "public_key": f"{name}+{key_id.hex()}+{base64.b64encode(typed).decode()}",
        "rotations": [],
    }
    done = run(forged)
    assert done.returncode == 0
    assert "compare it: localhost/log" in done.stdout
    assert "\x1b" not in done.stdout


@given(st.dictionaries(codes, values, max_size=6))
def test_the_scripts_own_json_form_is_rfc_8785(value):
    assert verify.canonical(value).encode() == rfc8785.dumps(value)


def test_an_event_that_no_checkpoint_covers_has_no_proof_yet(app, fresh_url):
    with db.transaction() as session:
        receipt = record_receipt(session)
    with db.reading() as session, pytest.raises(NotFound, match="not_sealed_yet"):
        queries.proof_of(session, receipt)
    sequence_all()
    with db.reading() as session, pytest.raises(NotFound, match="not_sealed_yet"):
        queries.proof_of(session, receipt)
    sign()
    with db.reading() as session:
        verify.check(queries.proof_of(session, receipt))
