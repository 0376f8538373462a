"""Events for the tests of the log, and a log that is sequenced and signed for real."""

import hashlib
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

import psycopg
from sqlalchemy import func, select

from fund import db
from fund.audit import checkpoints, operations, queries
from fund.audit.events import GiftPaid, ReceiptIssued, SurvivorAdded
from fund.audit.models import Event
from fund.ids import new_id
from fund.permissions import SYSTEM

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def record_gift(session, *, gift_id: UUID | None = None, now: datetime = NOW) -> UUID:
    event = GiftPaid(gift_id or new_id(), amount_minor=5000, currency="NZD", payment_intent="pi_1")
    return operations.record(session, event, actor=SYSTEM, now=now)


def record_receipt(session, *, now: datetime = NOW) -> UUID:
    event = ReceiptIssued(
        new_id(),
        gift_id=new_id(),
        office="nz",
        number="NZ-2026-000012",
        fund="education",
        amount_minor=5000,
        currency="NZD",
        given_on=date(2026, 11, 24),
    )
    return operations.record(session, event, actor=SYSTEM, now=now)


def record_private(session, *, private: dict | None, key_id: UUID | None) -> UUID:
    """An event with a part that only the key opens."""
    event = SurvivorAdded(new_id(), case_code="LF-7K3Q-2M", region="north")
    return operations.record(session, event, actor=SYSTEM, now=NOW, private=private, key_id=key_id)


def commit_gifts(count: int) -> list[UUID]:
    with db.transaction() as session:
        return [record_gift(session) for _ in range(count)]


def sequence_all(*, patience: float = 20) -> None:
    """Sequence until every event has its place.

    Other tests in the same cluster may hold a transaction open meanwhile; then it takes longer.
    """
    deadline = time.monotonic() + patience
    while True:
        with db.transaction() as session:
            operations.sequence(session)
            if queries.tree_size(session) == session.scalar(select(func.count(Event.id))):
                return
        assert time.monotonic() < deadline, "events stay without a place"
        time.sleep(0.05)


def sign(now: datetime = NOW) -> str | None:
    with db.transaction() as session:
        return checkpoints.sign_checkpoint(session, now=now)


def sealed_log(count: int) -> list[UUID]:
    """A committed log of `count` gifts, sequenced and signed; their ids."""
    made = commit_gifts(count)
    sequence_all()
    sign()
    return made


def superuser(url: str) -> psycopg.Connection:
    """A connection of the database's superuser with triggers off; commits when its block ends."""
    connection = psycopg.connect(url.replace("fund_app", "postgres", 1))
    connection.execute("SET session_replication_role = replica")
    return connection


class Hashes:
    """A tree over leaf hashes in memory, computed as RFC 6962 writes it."""

    def __init__(self, hashes: Sequence[bytes]) -> None:
        self.hashes = list(hashes)

    def hash(self, level: int, index: int) -> bytes:
        width = 256**level
        return naive_root(self.hashes[index * width : (index + 1) * width])


def naive_root(hashes: Sequence[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return hashlib.sha256(b"\x01" + naive_root(hashes[:k]) + naive_root(hashes[k:])).digest()
