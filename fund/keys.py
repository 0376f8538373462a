"""Data keys: one for each survivor, donor, payee or staff member, wrapped, in `vault.data_key`.

What belongs to a person is sealed under that person's key; destroying the key makes it unreadable
everywhere, backups included, while everything else stays verifiable.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from fund import crypto
from fund.db import Base
from fund.ids import new_id

_keyring: crypto.Keyring | None = None


class DataKey(Base):
    """A wrapped key. `owner_kind` says whose it is; `wrapped` is empty once destroyed."""

    __tablename__ = "data_key"
    __table_args__ = {"schema": "vault"}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_kind: Mapped[str]
    kek_version: Mapped[str]
    wrapped: Mapped[bytes | None]
    created_at: Mapped[datetime]
    destroyed_at: Mapped[datetime | None]


def init(keyring: crypto.Keyring) -> None:
    """Use this keyring from now on."""
    global _keyring
    _keyring = keyring


def keyring() -> crypto.Keyring:
    """The keyring in use."""
    if _keyring is None:
        raise RuntimeError("keys.init was not called")
    return _keyring


def create(session: Session, owner_kind: str, *, now: datetime) -> UUID:
    """Make and store a new data key; its id."""
    return create_many(session, owner_kind, 1, now=now)[0].id


def create_many(session: Session, owner_kind: str, count: int, *, now: datetime) -> list[DataKey]:
    """Make and store new data keys, all at once."""
    made = []
    for key_id in (new_id() for _ in range(count)):
        version, wrapped = keyring().wrap(crypto.new_data_key(), context=_context(key_id))
        made.append(
            DataKey(
                id=key_id,
                owner_kind=owner_kind,
                kek_version=version,
                wrapped=wrapped,
                created_at=now,
            )
        )
    session.add_all(made)
    session.flush()
    return made


def hold(session: Session, key_ids: Iterable[UUID]) -> dict[UUID, DataKey]:
    """Many keys, read at once; as long as they are held, `seal` and the like read none again."""
    found = session.scalars(select(DataKey).where(DataKey.id.in_(set(key_ids))))
    return {key.id: key for key in found}


def seal(session: Session, key_id: UUID, text: str, *, context: str) -> bytes:
    """`text` sealed under the key; `context` names table, column and row."""
    return crypto.seal(load(session, key_id), text.encode(), context=context)


def unseal(session: Session, key_id: UUID, sealed: bytes, *, context: str) -> str:
    """The text that `seal` took. Raises crypto.Unreadable, also once the key is destroyed."""
    return crypto.unseal(load(session, key_id), sealed, context=context).decode()


def seal_bytes(session: Session, key_id: UUID, content: bytes, *, context: str) -> bytes:
    """A document's bytes, sealed."""
    return crypto.seal(load(session, key_id), content, context=context)


def unseal_bytes(session: Session, key_id: UUID, sealed: bytes, *, context: str) -> bytes:
    """A document's bytes, opened."""
    return crypto.unseal(load(session, key_id), sealed, context=context)


def destroy(session: Session, key_id: UUID, *, now: datetime) -> None:
    """Make everything sealed under this key unreadable for good."""
    row = session.get_one(DataKey, key_id)
    row.wrapped, row.destroyed_at = None, now
    session.flush()


def load(session: Session, key_id: UUID) -> bytes:
    """The data key itself, for who seals many things. Raises crypto.Unreadable once destroyed."""
    return open_data_key(session.get_one(DataKey, key_id))


def open_data_key(key: DataKey) -> bytes:
    """The data key of a row that was read already. Raises crypto.Unreadable once destroyed."""
    if key.wrapped is None:
        raise crypto.Unreadable(f"key {key.id} is destroyed")
    return open_wrapped(key.id, key.kek_version, key.wrapped)


def open_wrapped(key_id: UUID, version: str, wrapped: bytes) -> bytes:
    """The data key itself. Raises crypto.Unreadable if it is not this id's or our keyring's."""
    return keyring().unwrap(version, wrapped, context=_context(key_id))


def _context(key_id: UUID) -> str:
    return f"data_key:{key_id}"
