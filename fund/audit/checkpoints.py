"""Signing the tree's head: checkpoints, the keys that sign them, and who signed them too."""

import hashlib
from datetime import datetime

from sqlalchemy import exists, func, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from fund.audit import merkle, notes, queries
from fund.audit.events import CheckpointSigned, CheckpointWitnessed, LogBegun, SigningKeyRotated
from fund.audit.events.log import ABOUT_THE_LOG, number_id
from fund.audit.models import Checkpoint, Cosignature, Event, Leaf, SigningKey
from fund.audit.operations import record
from fund.audit.tree import StoredTree
from fund.errors import Refused
from fund.permissions import SYSTEM, Actor

_SIGNING_LOCK = 0x6C6F6768  # any number that no other advisory lock uses


def sign_checkpoint(session: Session, *, now: datetime) -> str | None:
    """Sign the tree as it stands; the note, or None if nothing happened since the last one.

    Only what the log says of its own checkpoints does not count as happening. Raises
    notes.NoSuchSeed if the keyring lacks the log's newest key.
    """
    _one_at_a_time(session)
    size = queries.tree_size(session)
    newest = queries.find_checkpoint(session)
    if not _has_news(session, newest.size if newest else 0):
        return None
    root = merkle.root(StoredTree(session), size)
    signing_keys = queries.list_signing_keys(session) or [_begin(session, now=now)]
    name = queries.log_name(session)
    note = notes.sign(name, size, root, _signers(signing_keys, name))
    session.execute(insert(Checkpoint).values(size=size, root=root, note=note, at=now))
    event = CheckpointSigned(number_id(size), size=size, root=root.hex(), note_sha256=_sha256(note))
    record(session, event, actor=SYSTEM, now=now)
    return note


def rotate_key(session: Session, *, actor: Actor, now: datetime) -> SigningKey:
    """Take the keyring's next seed (`log2`, `log3` …) for signing; its public key, as stored.

    The key before signs the new one. As long as the keyring holds both seeds, both sign every
    checkpoint. Raises Refused if the log has not begun, or the keyring lacks one of the two seeds
    or holds other seeds than those that signed so far.
    """
    _one_at_a_time(session)
    signing_keys = queries.list_signing_keys(session)
    if not signing_keys:
        raise Refused("log_not_begun")
    last = signing_keys[-1]
    number, name = last.number + 1, queries.log_name(session)
    try:
        old, new = notes.verifier_key(last.number, name), notes.verifier_key(number, name)
    except notes.NoSuchSeed:
        raise Refused("no_such_seed", number=number)
    # A key that signed before is no new one: whoever may have got hold of its seed signs again.
    known = {row.verifier_key for row in signing_keys}
    if str(old) != last.verifier_key or str(new) in known:
        raise Refused("not_the_seed", number=last.number)
    newest = queries.find_checkpoint(session)
    row = SigningKey(
        number=number,
        verifier_key=str(new),
        from_size=newest.size if newest else 0,
        rotation=notes.rotation(old, new, number),
        at=now,
    )
    session.add(row)
    session.flush()
    event = SigningKeyRotated(
        number_id(number),
        number=number,
        verifier_key=row.verifier_key,
        from_size=row.from_size,
        rotation_sha256=_sha256(row.rotation or ""),
    )
    record(session, event, actor=actor, now=now)
    return row


def keep_cosignature(
    session: Session, size: int, witness: str, line: str, *, at: datetime, now: datetime
) -> None:
    """Keep a witness's line on the checkpoint of this size; `at` is the time inside it.

    A second one by the same witness on the same checkpoint is not kept.
    """
    row = {"size": size, "witness": witness, "line": line, "at": at}
    added = session.execute(
        postgresql.insert(Cosignature)
        .values(row)
        .on_conflict_do_nothing()
        .returning(Cosignature.size)
    )
    if added.first() is not None:
        event = CheckpointWitnessed(
            number_id(size), size=size, witness=witness, line_sha256=_sha256(line)
        )
        record(session, event, actor=SYSTEM, now=now)


def _one_at_a_time(session: Session) -> None:
    session.execute(select(func.pg_advisory_xact_lock(_SIGNING_LOCK)))


def _has_news(session: Session, size: int) -> bool:
    """Whether an entry from `size` on says something else than what was signed."""
    news = select(Leaf.index).join(Event, Event.id == Leaf.event_id)
    return bool(
        session.scalar(
            select(exists(news.where(Leaf.index >= size, Event.name.not_in(ABOUT_THE_LOG))))
        )
    )


def _begin(session: Session, *, now: datetime) -> SigningKey:
    """The log's first key."""
    key = str(notes.verifier_key(1, notes.origin()))
    row = SigningKey(number=1, verifier_key=key, from_size=0, rotation=None, at=now)
    session.add(row)
    session.flush()
    record(session, LogBegun(number_id(1), verifier_key=key), actor=SYSTEM, now=now)
    return row


def _signers(signing_keys: list[SigningKey], name: str) -> list[int]:
    """The numbers of all keys whose seeds the keyring holds; the newest must be among them."""
    found: list[int] = []
    for row in signing_keys:
        try:
            matches = str(notes.verifier_key(row.number, name)) == row.verifier_key
        except notes.NoSuchSeed:
            matches = False
        if matches:
            found.append(row.number)
    newest = signing_keys[-1].number
    if newest not in found:
        raise notes.NoSuchSeed(f"the keyring does not hold the log's key {newest}")
    return found


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
