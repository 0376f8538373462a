"""Whatever happens leaves one event, that nobody changes and whose private part can be erased."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from fund import crypto, db, keys
from fund.audit import leaves, operations, queries
from fund.audit.events import EVENTS, Event, GiftPaid, StaffInvited
from fund.audit.models import Event as EventRow
from fund.ids import new_id
from fund.permissions import Actor
from tests.audit.factories import record_gift, record_private

# Each table of the log, and one of its columns.
TABLES = {
    "epoch": "epoch",
    "event": "id",
    "leaf": "epoch",
    "node": "hash",
    "checkpoint": "root",
    "signing_key": "number",
    "cosignature": "line",
}


def test_an_event_keeps_who_did_what_to_which_thing_and_when(session, now):
    staff_id, gift_id = new_id(), new_id()
    event = GiftPaid(gift_id, amount_minor=5000, currency="NZD", payment_intent=None)
    operations.record(session, event, actor=Actor("staff", staff_id), now=now)
    (row,) = queries.list_events(session, [("gift", gift_id)])
    assert (row.name, row.actor, row.at) == ("gift_paid", f"staff:{staff_id}", now)
    assert row.data == {"amount_minor": 5000, "currency": "NZD", "payment_intent": None}
    assert row.leaf_index is None


def test_a_timeline_takes_several_subjects_newest_first_and_is_paged_by_key(session, now):
    gifts = [new_id(), new_id()]
    made = [record_gift(session, gift_id=gifts[i % 2]) for i in range(5)]
    record_gift(session)
    subjects = [("gift", gift) for gift in gifts]
    first = queries.list_events(session, subjects, limit=3)
    rest = queries.list_events(session, subjects, before=first[-1].id, limit=3)
    assert [row.id for row in first + rest] == made[::-1]
    assert queries.list_events(session, []) == []


def test_two_equal_events_have_leaves_that_cannot_be_guessed_from_their_fields(session, now):
    row = session.get_one(EventRow, record_gift(session))
    fields = leaves.public_fields(
        **{
            name: getattr(row, name)
            for name in ("id", "name", "actor", "subject_kind", "subject_id", "data", "at")
        }
    )
    assert row.leaf_hash == leaves.leaf_of(fields, row.payload_commit)
    salt = operations.derived_salt(row.id)
    assert row.payload_commit == leaves.commitment(salt, b"")
    assert row.payload_commit != session.get_one(EventRow, record_gift(session)).payload_commit


def test_a_private_payload_is_sealed_committed_to_and_gone_with_its_key(session, now):
    key_id = keys.create(session, "survivor", now=now)
    event_id = record_private(session, private={"name": "Somchai"}, key_id=key_id)
    row = session.get_one(EventRow, event_id)
    assert b"Somchai" not in row.sealed
    opened = keys.unseal_bytes(
        session, key_id, row.sealed, context=operations.sealing_context(event_id)
    )
    assert opened[leaves.SALT_BYTES :] == b'{"name":"Somchai"}'
    assert row.payload_commit == leaves.commitment(opened[:32], opened[32:])
    keys.destroy(session, key_id, now=now)
    with pytest.raises(crypto.Unreadable):
        keys.unseal_bytes(session, key_id, row.sealed, context=operations.sealing_context(event_id))


def test_a_private_payload_without_a_key_is_refused(session, now):
    with pytest.raises(ValueError, match="needs the key"):
        record_private(session, private={"name": "Somchai"}, key_id=None)


@pytest.fixture
def something_tested():
    """An event with fields of several kinds, forgotten afterwards."""

    @dataclass(frozen=True)
    class SomethingTested(Event, subject="setup"):
        code: str
        on: date
        ids: tuple[UUID, ...] = ()
        fine: bool = True

    yield SomethingTested
    del EVENTS["something_tested"]


@pytest.mark.parametrize("value", ["Somchai Jaidee", "สมชาย", "x" * 201, 1.5, 2**53, {"a": 1}])
def test_public_fields_take_codes_and_whole_numbers_only(something_tested, value):
    with pytest.raises(ValueError, match="code"):
        something_tested(new_id(), code=value, on=date(2026, 11, 24)).data()


def test_public_fields_travel_as_plain_json(something_tested):
    one = new_id()
    event = something_tested(new_id(), "LF-7K3Q-2M", date(2026, 11, 24), (one,))
    assert event.data() == {
        "code": "LF-7K3Q-2M",
        "on": "2026-11-24",
        "ids": [str(one)],
        "fine": True,
    }
    assert something_tested.name == "something_tested"


def test_a_kind_of_subject_must_be_known_and_a_name_is_used_once():
    with pytest.raises(ValueError, match="no such kind"):

        class Odd(Event, subject="moon"):
            pass

    with pytest.raises(ValueError, match="declared twice"):
        type("StaffInvited", (Event,), {}, subject="staff")
    assert EVENTS["staff_invited"] is StaffInvited


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit.{0} SET {1} = {1}", "DELETE FROM audit.{0}", "TRUNCATE audit.{0} CASCADE"],
)
def test_neither_the_service_nor_the_owner_changes_what_was_written(
    app, owner_url, table, statement
):
    statement = statement.format(table, TABLES[table])
    for url, reason in (
        (app.config["SETTINGS"].database_url, "permission denied"),
        (owner_url, "append-only"),
    ):
        engine = db.make_engine(url)
        with engine.connect() as connection, pytest.raises(DBAPIError, match=reason):
            connection.execute(text(statement))
        engine.dispose()


def test_an_event_is_undone_with_its_cause(app, connection, now):
    def fail_after_recording() -> None:
        with db.transaction() as session:
            record_gift(session)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_recording()
    with db.reading() as session:
        assert session.scalar(select(EventRow.id)) is None
