"""Tables of the log (schema `audit`). The service may add rows and read them, nothing else.

A trigger on each table refuses UPDATE, DELETE and TRUNCATE to everybody, its owner included.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, FetchedValue, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base


class Epoch(Base):
    """A span in which PostgreSQL's transaction ids only rise; a logical restore begins the next."""

    __tablename__ = "epoch"
    __table_args__ = {"schema": "audit"}

    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Event(Base):
    """One thing that happened. `xid` and `epoch` fill themselves.

    `data` holds what auditors may read; what they may not is sealed under the key `key_id`,
    after 32 bytes of salt. Without a `key_id` there is no such payload, nothing is sealed, and
    the salt follows from the event's id and the keyring.
    """

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("octet_length(payload_commit) = 32", name="payload_commit"),
        CheckConstraint("octet_length(leaf_hash) = 32", name="leaf_hash"),
        CheckConstraint("(key_id IS NULL) = (sealed IS NULL)", name="sealed"),
        CheckConstraint("jsonb_typeof(data) = 'object'", name="data"),
        Index(None, "subject_kind", "subject_id", "id"),
        Index(None, "epoch", "xid", "id"),
        # For whoever looks through the log (search.py). Most events are bookings, and those need
        # no index by name; nor do the service itself and visitors need one by actor.
        Index(None, "at", "id"),
        Index(None, "name", "at", "id", postgresql_where=text("name <> 'journal_posted'")),
        Index(
            None,
            "actor",
            "at",
            "id",
            postgresql_where=text("actor <> 'system' AND actor <> 'anonymous'"),
        ),
        {"schema": "audit"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    xid: Mapped[int] = mapped_column(server_default=FetchedValue())
    epoch: Mapped[int] = mapped_column(server_default=FetchedValue())
    name: Mapped[str]
    actor: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime]
    payload_commit: Mapped[bytes]
    leaf_hash: Mapped[bytes]
    key_id: Mapped[UUID | None] = mapped_column(ForeignKey("vault.data_key.id"))
    sealed: Mapped[bytes | None]


class Leaf(Base):
    """The event's place in the Merkle tree, given by the sequencer; without gaps from 0."""

    __tablename__ = "leaf"
    __table_args__ = (
        CheckConstraint("index >= 0", name="index"),
        {"schema": "audit"},
    )

    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[UUID] = mapped_column(unique=True)
    leaf_hash: Mapped[bytes]
    epoch: Mapped[int]
    xid: Mapped[int]


class Node(Base):
    """The hash over a complete subtree of 256^level leaves (what C2SP tlog-tiles calls a tile)."""

    __tablename__ = "node"
    __table_args__ = (
        CheckConstraint("level > 0 AND index >= 0", name="place"),
        CheckConstraint("octet_length(hash) = 32", name="hash"),
        {"schema": "audit"},
    )

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[bytes]


class Checkpoint(Base):
    """A signed tree head: `note` is the text that anyone may keep."""

    __tablename__ = "checkpoint"
    __table_args__ = (
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("octet_length(root) = 32", name="root"),
        {"schema": "audit"},
    )

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes]
    note: Mapped[str]
    at: Mapped[datetime]


class SigningKey(Base):
    """A public key of the log, numbered without gaps from 1; the newest signs.

    `rotation` is the signed note by which the key before it, and it itself, say that it follows;
    the first key has none. `from_size` is the size of the tree when it was taken.
    """

    __tablename__ = "signing_key"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("from_size >= 0", name="from_size"),
        CheckConstraint("(number = 1) = (rotation IS NULL)", name="rotation"),
        {"schema": "audit"},
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    verifier_key: Mapped[str] = mapped_column(unique=True)
    from_size: Mapped[int]
    rotation: Mapped[str | None]
    at: Mapped[datetime]


class Cosignature(Base):
    """A witness's signature line on the checkpoint of this size; `at` is the time inside it."""

    __tablename__ = "cosignature"
    __table_args__ = (Index(None, "witness", "size"), {"schema": "audit"})

    size: Mapped[int] = mapped_column(ForeignKey("audit.checkpoint.size"), primary_key=True)
    witness: Mapped[str] = mapped_column(primary_key=True)
    line: Mapped[str]
    at: Mapped[datetime]
