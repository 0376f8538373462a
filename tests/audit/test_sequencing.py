"""No event is lost or numbered twice, however transactions overlap; the tree is what was signed."""

import random
import threading
import time

import psycopg
import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fund import db
from fund.audit import merkle, models, operations, queries, verify
from fund.audit.events import GiftPaid
from fund.audit.tree import StoredTree
from fund.ids import new_id
from fund.permissions import SYSTEM
from tests.audit.factories import (
    NOW,
    commit_gifts,
    naive_root,
    record_gift,
    sealed_log,
    sequence_all,
    sign,
)

LEAF_EVENTS = select(models.Leaf.event_id).order_by(models.Leaf.index)


@pytest.fixture(autouse=True)
def committed(app, fresh_url):
    """Commits are real, in a database of the test's own."""
    return fresh_url


def leaf_events() -> list:
    with db.reading() as session:
        return list(session.scalars(LEAF_EVENTS))


def test_what_commits_late_is_not_lost_though_later_events_were_already_there(committed):
    engine = db.make_engine(committed)
    with Session(engine) as slow:
        late = record_gift(slow)
        (early,) = commit_gifts(1)
        assert late < early
        with db.transaction() as session:
            assert operations.sequence(session) == 0  # it waits for the open transaction
            # What a cursor over ids alone would do: take all that is visible, remember the last.
            taken = list(session.scalars(select(models.Event.id).order_by(models.Event.id)))
        slow.commit()
    engine.dispose()
    with db.reading() as session:
        naive = select(models.Event.id).where(models.Event.id > taken[-1])
        lost = set(session.scalars(select(models.Event.id))) - {*taken, *session.scalars(naive)}
    assert lost == {late}
    sequence_all()
    assert leaf_events() == [late, early]


def test_no_event_is_lost_or_numbered_twice_while_many_write():
    recorded: list = []
    stop = threading.Event()

    def write(seed: int) -> None:
        choose = random.Random(seed)
        for _ in range(25):
            with db.transaction() as session:
                mine = [record_gift(session) for _ in range(choose.randint(1, 4))]
                time.sleep(choose.random() * 0.01)
                mine.append(record_gift(session))
            recorded.extend(mine)

    def number() -> None:
        while not stop.is_set():
            with db.transaction() as session:
                operations.sequence(session, batch=7)
            time.sleep(0.001)

    numberers = [threading.Thread(target=number) for _ in range(2)]
    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(4)]
    for thread in numberers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in numberers:
        thread.join()
    sequence_all()
    numbered = leaf_events()
    assert len(numbered) == len(set(numbered)) == len(recorded)
    assert set(numbered) == set(recorded)
    with db.reading() as session:
        hashes = list(session.scalars(select(models.Leaf.leaf_hash).order_by(models.Leaf.index)))
        assert merkle.root(StoredTree(session), len(hashes)) == naive_root(hashes)


def test_an_undone_event_leaves_no_gap():
    with pytest.raises(RuntimeError):
        _record_and_fail()
    sealed_log(2)
    with db.reading() as session:
        assert queries.tree_size(session) == 2


def _record_and_fail() -> None:
    with db.transaction() as session:
        record_gift(session)
        raise RuntimeError


def test_while_one_sequencer_works_another_stands_aside(committed):
    commit_gifts(3)
    engine = db.make_engine(committed)
    with Session(engine) as first:
        while not operations.sequence(first):
            first.rollback()  # another test's transaction is open
        with db.transaction() as second:
            assert operations.sequence(second) == 0
        first.commit()
    engine.dispose()
    assert len(leaf_events()) == 3


def test_the_tree_grows_over_tiles_and_each_checkpoint_begins_the_next():
    sizes = (1, 255, 257, 700)
    for size in sizes:
        commit_gifts(size - _count_events())
        sequence_all()
        sign()
    with db.reading() as session:
        hashes = list(session.scalars(select(models.Leaf.leaf_hash).order_by(models.Leaf.index)))
        assert session.scalar(select(models.Node.hash).where(models.Node.index == 1))
        for size in sizes:
            assert queries.get_checkpoint(session, size).root == naive_root(hashes[:size])
            verify.check(queries.consistency_of(session, size, None))


def _count_events() -> int:
    with db.reading() as session:
        return session.scalar(select(func.count(models.Event.id)))


def test_a_checkpoint_is_a_signed_note_and_is_made_only_when_the_tree_grew():
    assert sign() is None
    sealed_log(1)
    assert sign() is None
    with db.reading() as session:
        newest = queries.find_checkpoint(session)
    origin, size, _root, empty, signature = newest.note.splitlines()
    assert (origin, size, empty) == ("localhost/log", "1", "")
    assert signature.startswith("— localhost/log ")
    assert newest.at == NOW


def _raw_event(session: Session, **columns) -> dict:
    """An event as a restored or foreign writer would leave it."""
    event = GiftPaid(new_id(), amount_minor=1, currency="NZD", payment_intent=None)
    row = operations.prepare(session, event, actor=SYSTEM, now=NOW) | columns
    session.execute(insert(models.Event).values(row))
    return row


def test_after_a_restore_low_transaction_ids_follow_the_old_ones_in_a_new_epoch():
    (old,) = sealed_log(1)
    with db.transaction() as session:
        epoch = operations.begin_epoch(session, now=NOW)
        restored = session.scalar(select(models.Event.id).where(models.Event.name == "restored"))
        new = _raw_event(session, xid=4)["id"]
        (xid,) = session.execute(select(models.Event.xid).where(models.Event.id == old)).one()
    assert epoch == 2
    assert xid > 4
    sequence_all()
    assert [leaf_events()[0], *leaf_events()[-2:]] == [old, new, restored]


def test_a_restore_that_began_no_epoch_stops_the_sequencer():
    with db.transaction() as session:
        row = _raw_event(session, xid=2**40)
        leaf = {"index": 0, "event_id": row["id"], "leaf_hash": row["leaf_hash"]}
        session.execute(insert(models.Leaf).values(**leaf, epoch=1, xid=2**40))
    with db.transaction() as session, pytest.raises(RuntimeError, match="begin_epoch"):
        operations.sequence(session)


@pytest.mark.parametrize(
    ("index", "hash_", "reason"),
    [(2, "leaf_hash", "gap"), (1, "payload_commit", "differ"), (0, "leaf_hash", "pk_leaf")],
)
def test_the_database_refuses_leaves_with_gaps_or_of_other_events(index, hash_, reason):
    sealed_log(1)
    with db.transaction() as session:
        event = session.get_one(models.Event, record_gift(session))
        values = {"index": index, "event_id": event.id, "leaf_hash": getattr(event, hash_)}
        with pytest.raises(DBAPIError, match=reason), session.begin_nested():
            session.execute(insert(models.Leaf).values(**values, epoch=event.epoch, xid=event.xid))


def test_the_service_itself_cannot_undo_the_triggers(committed):
    with psycopg.connect(committed) as connection, pytest.raises(psycopg.Error, match="owner"):
        connection.execute("ALTER TABLE audit.leaf DISABLE TRIGGER ALL")


def test_the_sequencer_reads_by_its_index():
    commit_gifts(5)
    with db.reading() as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(
            session.scalars(
                text(
                    "EXPLAIN SELECT id FROM audit.event WHERE (epoch, xid, id) > (1, 1,"
                    " '00000000-0000-0000-0000-000000000000') ORDER BY epoch, xid, id LIMIT 10"
                )
            )
        )
    assert "ix_event_epoch_xid_id" in plan
    assert "Sort" not in plan
