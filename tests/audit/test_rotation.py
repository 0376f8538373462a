"""The log's key is followed by another that the old one signed, and outsiders can follow."""

import copy
import json
import subprocess
import sys

import pytest
from sqlalchemy import select

from fund import crypto, db, keys
from fund.audit import checkpoints, models, notes, queries, verify
from fund.errors import Refused
from fund.permissions import SYSTEM
from tests.audit.factories import NOW, record_receipt, sealed_log, sequence_all, sign

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
    kept = newest_note()
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
    for key in (first, second, third, ""):
        assert "NZ-2026-000012" in verify.check(proof, key)
    verify.check(growth, first, kept)
    with pytest.raises(verify.DoesNotVerify):
        verify.check(growth, first, kept.replace("\n3\n", "\n4\n"))
    with pytest.raises(verify.DoesNotVerify, match="kept"):
        verify.check(growth, first, newest_note_of(6))


def newest_note_of(size: int) -> str:
    """A checkpoint of another size than the proof begins with, signed by the first key."""
    return notes.sign("localhost/log", size, bytes(32), []) + _line(size)


def _line(size: int) -> str:
    real = keys.keyring()
    try:
        seed = bytes.fromhex(FIRST_SEED)
        keys.init(crypto.Keyring(real.keys, real.index_key, {1: seed}))
        return notes.sign("localhost/log", size, bytes(32), [1]).rpartition("\n\n")[2]
    finally:
        keys.init(real)


FIRST_SEED = crypto.Keyring.parse(
    __import__("config.settings", fromlist=["x"]).PRACTICE_KEYRING
).log_seeds[1].hex()
