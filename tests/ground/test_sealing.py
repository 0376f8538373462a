"""What is sealed opens only with its own key, in its own place, and never again without the key."""

import base64

import pytest
from sqlalchemy import text

from fund import crypto, keys
from fund.keys import DataKey


def _encoded(number: int, length: int = 32) -> str:
    return base64.urlsafe_b64encode(bytes([number]) * length).decode().rstrip("=")


WHOLE = f"k1:{_encoded(1)},index:{_encoded(2)},log:{_encoded(3)}"


def test_what_was_sealed_in_one_place_does_not_open_in_another():
    key = crypto.new_data_key()
    sealed = crypto.seal(key, b"Malee", context="survivor.name:1")
    assert crypto.unseal(key, sealed, context="survivor.name:1") == b"Malee"
    with pytest.raises(crypto.Unreadable):
        crypto.unseal(key, sealed, context="survivor.name:2")
    with pytest.raises(crypto.Unreadable):
        crypto.unseal(crypto.new_data_key(), sealed, context="survivor.name:1")


@pytest.mark.parametrize("length", [0, 5, 12, 20])
def test_cut_or_changed_bytes_do_not_open(length):
    key = crypto.new_data_key()
    sealed = crypto.seal(key, b"Malee", context="c")
    for broken in (sealed[:length], sealed[:-1] + bytes([sealed[-1] ^ 1])):
        with pytest.raises(crypto.Unreadable):
            crypto.unseal(key, broken, context="c")


def test_the_same_text_never_looks_the_same_twice():
    key = crypto.new_data_key()
    assert crypto.seal(key, b"x", context="c") != crypto.seal(key, b"x", context="c")


@pytest.mark.parametrize(
    ("ring", "fault"),
    [
        ("", "no key named index or log"),
        (f"k1:{_encoded(1)}", "no key named index or log"),
        (f"k1:{_encoded(1)},index:{_encoded(2)}", "no key named log"),
        (f"index:{_encoded(2)},log:{_encoded(3)}", "no key-encryption key"),
        (f"{WHOLE},k1:{_encoded(4)}", "'k1' is given twice"),
        (f"{WHOLE},k2:{_encoded(4, 16)}", "'k2' has 16 bytes, not 32"),
        (f"{WHOLE},k2", "'k2' has 0 bytes"),
        (f"{WHOLE},k2:{'*' * 43}", "'k2'"),
        (f"{WHOLE},:{_encoded(5)}", "without a name"),
    ],
)
def test_a_faulty_keyring_is_refused_in_words_that_hold_no_key(ring, fault):
    with pytest.raises(ValueError, match=fault) as error:
        crypto.Keyring.parse(ring)
    assert "AQEB" not in str(error.value)


def test_a_newer_key_wraps_and_the_older_still_opens():
    old = crypto.Keyring.parse(WHOLE)
    new = crypto.Keyring.parse(f"k2:{_encoded(9)},{WHOLE}")
    key = crypto.new_data_key()
    version, wrapped = old.wrap(key, context="c")
    assert version == "k1"
    assert new.unwrap(version, wrapped, context="c") == key
    assert new.wrap(key, context="c")[0] == "k2"
    with pytest.raises(crypto.Unreadable):
        old.unwrap("k2", wrapped, context="c")
    with pytest.raises(crypto.Unreadable):
        new.unwrap("k1", wrapped, context="another row")


def test_a_blind_index_depends_on_key_purpose_and_value():
    ring, other = crypto.Keyring.parse(WHOLE), crypto.Keyring.parse(WHOLE.replace("AgIC", "BAQE"))
    assert ring.blind_index("name", "x") == ring.blind_index("name", "x")
    different = {
        ring.blind_index("name", "x"),
        ring.blind_index("name", "y"),
        ring.blind_index("national_id", "x"),
        other.blind_index("name", "x"),
    }
    assert len(different) == 4


def test_a_destroyed_key_reads_nothing_and_seals_nothing(app, session, now):
    key_id = keys.create(session, "survivor", now=now)
    sealed = keys.seal(session, key_id, "มาลี", context="survivor.name:1")
    content = keys.seal_bytes(session, key_id, b"scan", context="document:1")
    assert keys.unseal(session, key_id, sealed, context="survivor.name:1") == "มาลี"
    assert keys.unseal_bytes(session, key_id, content, context="document:1") == b"scan"
    keys.destroy(session, key_id, now=now)
    session.expire_all()
    for attempt in (
        lambda: keys.unseal(session, key_id, sealed, context="survivor.name:1"),
        lambda: keys.unseal_bytes(session, key_id, content, context="document:1"),
        lambda: keys.seal(session, key_id, "again", context="survivor.name:1"),
    ):
        with pytest.raises(crypto.Unreadable):
            attempt()
    wrapped = session.scalar(
        text("SELECT wrapped FROM vault.data_key WHERE id = :id"), {"id": key_id}
    )
    assert wrapped is None


def test_keys_lie_in_the_database_only_wrapped_and_bound_to_their_row(app, session, now):
    first, second = (keys.create(session, "donor", now=now) for _ in range(2))
    row, other = session.get_one(DataKey, first), session.get_one(DataKey, second)
    assert row.kek_version == keys.keyring().newest
    sealed = keys.seal(session, first, "Ana", context="c")
    other.wrapped = row.wrapped  # somebody copies one row's key over another's
    with pytest.raises(crypto.Unreadable):
        keys.unseal(session, second, sealed, context="c")
