"""The paper of an entry: sealed under a key of its own, stored as a survivor's documents are.

What a bank writes may name a guardian or a survivor, so only finance opens it; whoever else reads
the books sees its kind, size and hash, by which it can be recognised in a look together.

Three steps, so that a crash leaves no doubt: the intention is committed with the proposal, the
sealed bytes go to storage outside any transaction, the answer is committed.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from fund import jobs, keys
from fund.audit import operations as audit
from fund.audit.events import EntryPaperRead, GiftImportPaperRead, GiftPaperRead
from fund.bookkeeping import tasks
from fund.bookkeeping.models import BookEntry, EntryPaper, GiftImport
from fund.db import transaction
from fund.errors import NotFound, Refused, Unavailable, require
from fund.gateways import storage
from fund.giving.models import GiftPaper
from fund.ids import new_id
from fund.permissions import Actor, Permission
from fund.survivors.documents import Upload

# Longer than any upload takes; then the job looks what became of it.
SETTLE_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class PendingPaper:
    """An intention that is committed, and the sealed bytes that must now go to storage."""

    paper_id: UUID
    storage_key: str
    sealed: bytes


def begin_paper(
    session: Session, upload: Upload, *, actor: Actor, now: datetime
) -> tuple[EntryPaper, PendingPaper]:
    """First step, in the proposal's transaction; then call `finish_paper` outside of it."""
    paper_id = new_id()
    paper = EntryPaper(
        id=paper_id,
        key_id=keys.create(session, "entry_paper", now=now),
        content_type=upload.content_type,
        pages=upload.pages,
        size=len(upload.content),
        content_sha256=hashlib.sha256(upload.content).digest(),
        storage_key=f"{paper_id.hex[-2:]}/{paper_id}",
        uploaded_by=actor.staff_id,
        uploaded_at=now,
        state="pending",
    )
    session.add(paper)
    session.flush()
    jobs.defer(session, tasks.settle_paper, at=now + SETTLE_AFTER, paper_id=paper.id)
    sealed = keys.seal_bytes(session, paper.key_id, upload.content, context=paper.context)
    return paper, PendingPaper(paper.id, paper.storage_key, sealed)


def finish_paper(pending: PendingPaper, *, actor: Actor, now: datetime) -> None:
    """Second and third step, outside any transaction.

    Raises Unavailable if storage is down; the paper is then marked failed.
    """
    try:
        storage.put(pending.storage_key, pending.sealed)
    except Unavailable:
        _settle(pending.paper_id, "failed", actor=actor, now=now)
        raise
    _settle(pending.paper_id, "stored", actor=actor, now=now)


def _settle(paper_id: UUID, state: str, *, actor: Actor, now: datetime) -> None:
    with transaction() as session:
        tasks.settle(session, paper_id, state, actor=actor, now=now)


def record_paper_read(
    session: Session, entry: BookEntry, *, actor: Actor, now: datetime
) -> EntryPaper:
    """Note that this person is about to open the paper; committed before `open_paper`.

    Raises Denied, NotFound if there is none, Refused(`document_not_stored`).
    """
    paper = _check_paper(entry.paper, actor)
    read = EntryPaperRead(entry.id, paper_id=paper.id)
    audit.record(session, read, actor=actor, now=now)
    return paper


def record_gift_paper_read(
    session: Session, gift_id: UUID, *, actor: Actor, now: datetime
) -> EntryPaper:
    """The same for the paper of a gift."""
    kept = session.get(GiftPaper, gift_id)
    paper = _check_paper(session.get_one(EntryPaper, kept.paper_id) if kept else None, actor)
    audit.record(session, GiftPaperRead(gift_id, paper_id=paper.id), actor=actor, now=now)
    return paper


def record_import_paper_read(
    session: Session, made: GiftImport, *, actor: Actor, now: datetime
) -> EntryPaper:
    """The same for the paper of a list of gifts."""
    paper = _check_paper(made.paper, actor)
    audit.record(session, GiftImportPaperRead(made.id, paper_id=paper.id), actor=actor, now=now)
    return paper


def _check_paper(paper: EntryPaper | None, actor: Actor) -> EntryPaper:
    require(actor.may(Permission.READ_ENTRY_PAPERS))
    if paper is None:
        raise NotFound
    if paper.state != "stored":
        raise Refused("document_not_stored")
    return paper


def open_paper(session: Session, paper: EntryPaper, sealed: bytes) -> bytes:
    """The paper itself, from the sealed bytes that storage gave."""
    return keys.unseal_bytes(session, paper.key_id, sealed, context=paper.context)
