"""The log's key is followed by another that the old one signed, and outsiders can follow."""

import json
import subprocess
import sys
from uuid import UUID

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from fund import crypto, db, keys
from fund.audit import checkpoints, models, notes, queries, verify
from fund.errors import Refused
from fund.permissions import SYSTEM
from tests.audit.factories import NOW, record_receipt, sealed_log, sequence_all, sign
from tests.conftest import SETTINGS

SECOND, THIRD = bytes([2]) * 32, bytes([3]) * 32


@pytest.fixture
def seeds(app, fresh_url):
    """Puts seeds into the keyring as an operator does; afterwards it is as it was."""
    real = keys.keyring()

    def use(**numbered: bytes | None) -> None:
        found = {1: real.log_seeds[1]} | {int(name[3:] or 1): s for name, s in numbered.items()}
        kept = {number: seed for number, seed in found.items() if seed is not None}
        keys.init(crypto.Keyring(real.keys, real.index_key, kept))

    yield use
    keys.init(real)


def rotate() -> models.SigningKey:
    with db.transaction() as session:
        return checkpoints.rotate_key(session, actor=SYSTEM, now=NOW)


def newest_note() -> str:
    with db.reading() as session:
        return queries.find_checkpoint(session).note


def signed_by(note: str, *wanted: str) -> bool:
    return all(verify.open_checkpoint(note, key)[0] == "localhost/log" for key in wanted)


def test_whoever_kept_the_first_key_follows_two_rotations(seeds, app):
    sealed_log(3)
    first = app.test_client().get("/log/key").text.strip()
    kept, of_another_log = newest_note(), notes.sign("localhost/log", 3, bytes(32), [1])
    seeds(log2=SECOND)
    second = rotate().verifier_key
    sealed_log(2)
    assert signed_by(newest_note(), first, second)  # around the rotation both sign
    seeds(log2=SECOND, log3=THIRD)
    third = rotate().verifier_key
    seeds(log=None, log2=None, log3=THIRD)  # the old seeds are destroyed
    with db.transaction() as session:
        receipt = record_receipt(session)
    sequence_all()
    sign()
    with pytest.raises(verify.DoesNotVerify, match="not signed with this key"):
        verify.open_checkpoint(newest_note(), first)
    assert app.test_client().get("/log/key").text.strip() == third
    shown = app.test_client().get("/log/key?all").get_json()
    assert shown["keys"] == [first, second, third]
    assert len(shown["rotations"]) == 2
    proof = app.test_client().get(f"/log/proof/{receipt}").get_json()
    growth = app.test_client().get("/log/proof/consistency?from=3").get_json()
    for key in (first, second, third, None):
        assert "NZ-2026-000012" in verify.check(proof, key)
    verify.check(growth, first, kept)
    with pytest.raises(verify.DoesNotVerify, match="kept"):
        verify.check(growth, first, of_another_log)


def test_the_script_follows_as_well(seeds, app, tmp_path):
    sealed_log(3)
    first = app.test_client().get("/log/key").text.strip()
    (tmp_path / "kept").write_text(newest_note())
    seeds(log2=SECOND)
    rotate()
    seeds(log=None, log2=SECOND)
    sealed_log(2)
    growth = app.test_client().get("/log/proof/consistency?from=3").text
    (tmp_path / "proof.json").write_text(growth)
    command = [sys.executable, "-I", verify.__file__, "proof.json", "--key", first]
    done = subprocess.run(
        [*command, "--kept", "kept"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "first 3 entries of localhost/log (" in done.stdout


def test_a_key_that_the_old_one_did_not_sign_is_not_followed(seeds, app):
    sealed_log(3)
    first = app.test_client().get("/log/key").text.strip()
    seeds(log2=SECOND)
    rotate()
    seeds(log=None, log2=SECOND)
    sealed_log(2)
    proof = app.test_client().get("/log/proof/consistency?from=3").get_json()
    (rotation,) = proof["rotations"]
    body, _, signatures = rotation.partition("\n\n")
    by_old, by_new = signatures.splitlines(keepends=True)
    for forged in (
        [],
        [f"{body}\n\n{by_new}"],
        [rotation.replace("key rotation", "key exchange")],
        [rotation.replace(f"\n{first}", f"\nother.example/log{first[13:]}")],
        [proof["checkpoint"]],
        [by_old],
    ):
        with pytest.raises(verify.DoesNotVerify):
            verify.check({**proof, "rotations": forged}, first)
    verify.check(proof, first)


def test_the_statement_can_never_be_read_as_a_checkpoint(seeds):
    sealed_log(1)
    seeds(log2=SECOND)
    row = rotate()
    with db.reading() as session:
        first = queries.list_signing_keys(session)[0].verifier_key
        (told, *_) = queries.list_events(session, [("setup", UUID(int=2))])
    with pytest.raises(verify.DoesNotVerify, match="of another log"):
        verify.open_checkpoint(row.rotation, first)
    assert (told.name, told.data["verifier_key"]) == ("signing_key_rotated", row.verifier_key)


def test_a_rotation_needs_both_seeds_and_a_log_that_was_signed(seeds, app):
    def run() -> tuple[int, str]:
        done = app.test_cli_runner().invoke(args=["audit", "rotate-key", "--json"])
        return done.exit_code, json.loads(done.output)

    seeds(log2=SECOND)
    assert run()[0] == 1  # never signed so far
    sealed_log(1)
    for wrong in ({}, {"log": None, "log2": SECOND}, {"log": THIRD, "log2": SECOND}):
        seeds(**wrong)
        with pytest.raises(Refused):
            rotate()
    seeds(log2=keys.keyring().log_seeds.get(1) or SECOND, log=SECOND)
    with pytest.raises(Refused, match="not_the_seed"):
        rotate()
    seeds(log2=SECOND)
    code, told = run()
    assert (code, told["number"], told["from_size"]) == (0, 2, 1)


def test_a_key_that_signed_before_is_not_taken_again(seeds):
    sealed_log(1)
    first = keys.keyring().log_seeds[1]
    seeds(log2=SECOND)
    rotate()
    seeds(log2=SECOND, log3=first)
    with pytest.raises(Refused, match="not_the_seed"):
        rotate()


def test_a_keyring_without_the_newest_seed_signs_nothing(seeds, app):
    sealed_log(1)
    seeds(log2=SECOND)
    rotate()
    seeds()
    with pytest.raises(notes.NoSuchSeed):
        sealed_log(1)
    done = app.test_cli_runner().invoke(args=["audit", "checkpoint", "--json"])
    assert done.exit_code == 1
    assert json.loads(done.output)["findings"] == ["the keyring does not hold the log's key 2"]


def test_the_log_keeps_its_name_wherever_the_service_moves(seeds, app):
    sealed_log(1)
    notes.init("https://elsewhere.example")
    try:
        sealed_log(1)
        assert newest_note().startswith("localhost/log\n4\n")
        answer = app.test_client().get("/log/proof/consistency?from=1").get_json()
        assert "of localhost/log" in verify.check(answer)
    finally:
        notes.init(SETTINGS["FUND_BASE_URL"])


def test_the_database_takes_keys_without_a_gap_and_changes_none(seeds):
    sealed_log(1)
    with db.transaction() as session:
        row = {"number": 3, "verifier_key": "x", "from_size": 1, "rotation": "x", "at": NOW}
        with pytest.raises(DBAPIError, match="gap"), session.begin_nested():
            session.execute(insert(models.SigningKey).values(row))
        row |= {"number": 2, "rotation": None}
        with pytest.raises(DBAPIError, match="ck_signing_key_rotation"), session.begin_nested():
            session.execute(insert(models.SigningKey).values(row))
