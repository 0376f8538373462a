"""A superuser with every trigger and constraint off changes both schemas at random: all is found.

Each round changes something, looks at everything again, and takes the change back.
"""

import hashlib
import json
import os
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from fund import db, keys
from fund.audit import leaves, merkle, notes, queries
from fund.audit import verification as log
from fund.audit.models import Checkpoint, Event, Leaf
from fund.audit.witnesses import Seen
from fund.ledger import verification as books
from fund.ledger.verification import rows
from tests.conftest import copied
from tests.ledger.tampering import NOW, Burglar, open_every_door, with_two_seeds, write_book

EVENT_FIELDS = ("id", "name", "actor", "subject_kind", "subject_id", "data", "at")
ROUNDS, PARTS = 1_000, 20
ONE_ROW = {"audit.node", "ledger.roll_up"}
LATER = NOW + timedelta(days=1)


@pytest.fixture(scope="module")
def book(app, cluster, template) -> Iterator[str]:
    """A committed book, and its URL for a superuser."""
    before = keys.keyring()
    keys.init(with_two_seeds(before))
    with copied(cluster, template, f"fund_book_{uuid4().hex[:12]}") as name:
        db.init(cluster.url(name))
        write_book()
        db.dispose()
        with cluster.admin(name) as connection:
            open_every_door(connection)
            connection.execute("ANALYZE")
        yield cluster.url(name, "postgres")
    keys.init(before)


@pytest.fixture(scope="module")
def engine(book):
    engine = db.make_engine(book)
    yield engine
    engine.dispose()


@pytest.fixture
def burgled(engine) -> Iterator[Session]:
    """A session of the superuser with triggers off; what it did is undone."""
    with engine.connect() as connection, Session(connection) as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        yield session
        session.rollback()


def looks(session: Session, seen: Sequence[Seen] = ()) -> dict[str, Callable[[], list[Any]]]:
    """What each command looks at, by the schema that it is about."""
    return {
        "ledger": lambda: books.verify(session),
        "audit": lambda: [
            *log.verify_log(session, now=LATER, seen=seen).findings,
            *rows.verify_rows(session).findings,
        ],
    }


def look(session: Session, seen: Sequence[Seen] = ()) -> list[Any]:
    """All that both commands find."""
    return [finding for command in looks(session, seen).values() for finding in command()]


def is_found(session: Session, schema: str, *, by_both: bool) -> bool:
    """Whether a change of this schema is found; asks the other command too if the first fails."""
    commands = looks(session)
    found = [commands.pop(schema)()]
    if by_both or not found[0]:
        found += [command() for command in commands.values()]
    return any(found)


def driver(session: Session):
    return session.connection().connection.driver_connection


def test_the_book_is_sound_and_holds_rows_of_every_table(burgled):
    assert look(burgled) == []
    for table in Burglar(driver(burgled), random.Random(0)).columns:
        rows_there = burgled.scalar(text(f"SELECT count(*) FROM {table}"))
        assert rows_there >= (1 if table in ONE_ROW else 2), table


@pytest.mark.parametrize("part", range(PARTS))
def test_every_manipulation_is_found(burgled, part):
    seed = os.environ.get("TAMPER_SEED") or str(random.SystemRandom().randrange(2**32))
    choose = random.Random(f"{seed}:{part}")
    raw = driver(burgled)
    burglar = Burglar(raw, choose)
    columns = [(table, c["name"]) for table, found in burglar.columns.items() for c in found]
    mine = columns[part::PARTS]  # each column once, then whatever comes
    for turn in range(ROUNDS // PARTS):
        with raw.transaction(force_rollback=True):
            if turn < len(mine):
                done = burglar.tamper(*mine[turn])
            else:
                done = burglar.tamper(choose.choice(list(burglar.columns)))
            schema = done.partition(".")[0]
            assert is_found(burgled, schema, by_both=turn % 5 == 0), (
                f"TAMPER_SEED={seed} part {part}, turn {turn}: {done}"
            )


@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        (
            "UPDATE bookkeeping_entry SET decided_by = proposed_by WHERE kind = 'transfer'",
            {"entry_changed", "entry_by_one_person"},
        ),
        (
            "UPDATE bookkeeping_entry SET content = replace(content, '700', '900'),"
            " content_sha256 = sha256(convert_to(replace(content, '700', '900'), 'UTF8'))",
            {"entry_changed", "entry_books_something_else"},
        ),
        ("DELETE FROM bookkeeping_entry WHERE kind = 'transfer'", {"entry_missing"}),
        ("UPDATE bookkeeping_entry SET content = 'x'", {"entry_changed"}),
        (
            "UPDATE audit.event b SET actor = p.actor FROM audit.event p WHERE b.name ="
            " 'entry_booked' AND p.name = 'entry_proposed' AND b.subject_id = p.subject_id",
            {"entry_by_one_person", "entry_changed"},
        ),
        (
            "UPDATE audit.event SET data = data || '{\"journal_id\": null}'"
            " WHERE name = 'entry_booked'",
            {"entry_changed", "journal_without_entry"},
        ),
    ],
)
def test_an_entry_that_two_persons_did_not_make_so_is_found(burgled, statement, kinds):
    for rule in ("second_person", "content_sha256"):
        constraint = f"ck_bookkeeping_entry_{rule}"
        run(burgled, f"ALTER TABLE bookkeeping_entry DROP CONSTRAINT {constraint}")
    run(burgled, statement)
    assert {finding.kind for finding in books.verify(burgled)} == kinds


# --- Whoever rewrites more than a row ---------------------------------------------------------


@pytest.fixture
def seen(burgled) -> list[Seen]:
    """What two witnesses saw before the burglar came."""
    newest = queries.get_checkpoint(burgled)
    return [
        Seen(f"https://{name}", name, newest.size, newest.root, newest.note)
        for name in ("one.example", "two.example")
    ]


def run(session: Session, *statements: str, **values: Any) -> None:
    for statement in statements:
        session.execute(text(statement), values)
    session.expire_all()


def an_old_gift(session: Session) -> int:
    """The leaf of a gift that was sealed before the last two checkpoints."""
    found = session.scalar(
        text(
            "SELECT min(index) FROM audit.leaf JOIN audit.event ON id = event_id"
            " WHERE name = 'gift_paid'"
        )
    )
    assert isinstance(found, int)
    return found


def rehash(session: Session, *, is_signing: bool) -> None:
    """Make every hash right again, of leaves and nodes; and with the log's seeds, the rest."""
    signed = {c.size: c for c in session.scalars(select(Checkpoint)).all()}
    hashes: list[bytes] = []
    frontier = merkle.Frontier()
    events = session.execute(
        select(Leaf.index, Event).join(Event, Event.id == Leaf.event_id).order_by(Leaf.index)
    ).all()
    signed_at = {e.data.get("size"): e.id for _, e in events if e.name == "checkpoint_signed"}
    again: dict[UUID, dict[str, Any]] = {}
    run(session, "DELETE FROM audit.node")
    for index, event in events:
        data = again.get(event.id, event.data)
        fields = {name: getattr(event, name) for name in EVENT_FIELDS} | {"data": data}
        leaf = leaves.leaf_of(leaves.public_fields(**fields), event.payload_commit)
        hashes.append(leaf)
        change = {"id": event.id, "leaf": leaf, "data": json.dumps(data), "index": index}
        run(
            session,
            "UPDATE audit.event SET leaf_hash = :leaf, data = CAST(:data AS jsonb) WHERE id = :id",
            "UPDATE audit.leaf SET leaf_hash = :leaf WHERE index = :index",
            **change,
        )
        for level, place, node in frontier.append(leaf):
            row = {"level": level, "place": place, "node": node}
            run(session, "INSERT INTO audit.node VALUES (:level, :place, :node)", **row)
        checkpoint = signed.get(index + 1)
        if is_signing and checkpoint and checkpoint.root != frontier.root():
            note = notes.sign(queries.log_name(session), index + 1, frontier.root(), [1, 2])
            again[signed_at[index + 1]] = {
                "size": index + 1,
                "root": frontier.root().hex(),
                "note_sha256": hashlib.sha256(note.encode()).hexdigest(),
            }
            row = {"size": index + 1, "root": frontier.root(), "note": note}
            run(
                session,
                "UPDATE audit.checkpoint SET root = :root, note = :note WHERE size = :size",
                **row,
            )


def test_a_tail_cut_off_after_a_checkpoint_is_found(burgled):
    sizes = burgled.scalars(select(Checkpoint.size).order_by(Checkpoint.size)).all()
    run(
        burgled,
        "DELETE FROM audit.event WHERE id IN (SELECT event_id FROM audit.leaf WHERE index >= :k)",
        "DELETE FROM audit.leaf WHERE index >= :k",
        "DELETE FROM audit.node",
        "DELETE FROM audit.checkpoint WHERE size > :k",
        k=sizes[-2],
    )
    kinds = {(finding.kind, finding.row) for finding in looks(burgled)["audit"]()}
    # Its own event came after it, and so did the witnesses' signatures on it.
    assert ("inserted", f"checkpoint {sizes[-2]}") in kinds


def test_a_tail_cut_off_just_before_a_checkpoint_is_found_by_witnesses_only(burgled, seen):
    first = an_old_gift(burgled) + 5
    kept = burgled.scalar(
        text("SELECT max(size) FROM audit.checkpoint WHERE size < :k"), {"k": first}
    )
    run(
        burgled,
        "DELETE FROM audit.event WHERE id IN (SELECT event_id FROM audit.leaf WHERE index >= :k)",
        "DELETE FROM audit.leaf WHERE index >= :k",
        "DELETE FROM audit.node",
        "DELETE FROM audit.checkpoint WHERE size > :k",
        "DELETE FROM audit.cosignature",
        "UPDATE ledger.roll_up SET (leaves, epoch, xid, event_id) ="
        " (SELECT index + 1, epoch, xid, event_id FROM audit.leaf WHERE index = :k - 1)",
        k=first,
    )
    # What was booked after it is gone from the log; a burglar takes it out of the books too.
    gone = "SELECT id FROM ledger.journal WHERE id NOT IN (SELECT subject_id FROM audit.event)"
    run(
        burgled,
        f"UPDATE ledger.balance_shard s SET debits = s.debits - coalesce((SELECT sum(amount_minor)"
        f" FROM ledger.transfer JOIN ledger.journal j ON j.id = journal_id WHERE j.id IN ({gone})"
        f" AND j.shard = s.shard AND debit_account_id = s.account_id), 0), credits = s.credits"
        f" - coalesce((SELECT sum(amount_minor) FROM ledger.transfer JOIN ledger.journal j"
        f" ON j.id = journal_id WHERE j.id IN ({gone}) AND j.shard = s.shard"
        f" AND credit_account_id = s.account_id), 0)",
        "DELETE FROM ledger.balance_shard WHERE debits = 0 AND credits = 0",
        f"DELETE FROM ledger.transfer WHERE journal_id IN ({gone})",
        f"DELETE FROM ledger.journal WHERE id IN ({gone})",
    )
    assert kept
    assert look(burgled) == []
    findings = look(burgled, seen)
    assert [(f.kind, f.row, f.only_witness) for f in findings] == [
        ("truncated", "witness one.example", True),
        ("truncated", "witness two.example", True),
    ]


def test_an_old_event_rewritten_with_every_hash_is_found_by_the_signatures(burgled):
    run(
        burgled,
        "UPDATE audit.event SET data = data || '{\"amount_minor\": 1000000}'"
        " WHERE id = (SELECT event_id FROM audit.leaf WHERE index = :index)",
        index=an_old_gift(burgled) + 7,
    )
    rehash(burgled, is_signing=False)
    findings = looks(burgled)["audit"]()
    assert {finding.kind for finding in findings} == {"rehashed"}
    assert all(finding.row.startswith("checkpoint ") for finding in findings)


def test_a_burglar_who_has_the_seeds_too_is_found_by_witnesses_only(burgled, seen):
    run(
        burgled,
        "UPDATE audit.event SET data = data || '{\"amount_minor\": 1000000}'"
        " WHERE id = (SELECT event_id FROM audit.leaf WHERE index = :index)",
        index=an_old_gift(burgled) + 7,
    )
    run(burgled, "DELETE FROM audit.cosignature")
    run(
        burgled,
        "UPDATE audit.event SET name = 'gift_paid', subject_kind = 'gift'"
        " WHERE name = 'checkpoint_witnessed'",
    )
    rehash(burgled, is_signing=True)
    assert look(burgled) == []
    findings = look(burgled, seen)
    assert [(f.kind, f.row, f.only_witness) for f in findings] == [
        ("forked", "witness one.example", True),
        ("forked", "witness two.example", True),
    ]
