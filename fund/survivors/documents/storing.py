"""A document is stored in three steps, so that a crash leaves no doubt: the intention is committed,
the sealed bytes go to storage outside any transaction, the answer is committed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from fund import jobs, keys
from fund.audit import events
from fund.audit.operations import record
from fund.db import transaction
from fund.errors import NotFound, Refused, Unavailable
from fund.gateways import storage
from fund.ids import new_id
from fund.permissions import Actor, Permission
from fund.survivors import queries, tasks
from fund.survivors.documents.intake import Upload
from fund.survivors.identity import document_context
from fund.survivors.models import Document, Survivor
from fund.survivors.operations.cases import require_case

# Longer than any upload takes; then the job looks what became of it.
SETTLE_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class PendingDocument:
    """An intention that is committed, and the sealed bytes that must now go to storage."""

    document_id: UUID
    storage_key: str
    sealed: bytes


def begin_document(
    session: Session,
    upload: Upload,
    *,
    survivor_id: UUID,
    subject_kind: str,
    subject_id: UUID,
    document_class: str,
    actor: Actor,
    now: datetime,
) -> PendingDocument:
    """First step, in the caller's transaction; then call `finish_document` outside of it."""
    survivor = session.get_one(Survivor, survivor_id)
    require_case(session, survivor, actor, Permission.READ_CASES)
    document_id = new_id()
    document = Document(
        id=document_id,
        survivor_id=survivor_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        document_class=document_class,
        content_type=upload.content_type,
        pages=upload.pages,
        size=len(upload.content),
        storage_key=f"{new_id().hex[-2:]}/{document_id}",
        uploaded_by=actor.staff_id,
        uploaded_at=now,
        state="pending",
    )
    session.add(document)
    session.flush()
    record(
        session,
        events.DocumentAdded(
            document_id,
            survivor_id=survivor_id,
            about_kind=subject_kind,
            about_id=subject_id,
            document_class=document_class,
            pages=upload.pages,
            size=len(upload.content),
        ),
        actor=actor,
        now=now,
    )
    jobs.defer(session, tasks.settle_document, at=now + SETTLE_AFTER, document_id=document_id)
    sealed = keys.seal_bytes(
        session, survivor.key_id, upload.content, context=document_context(document_id)
    )
    return PendingDocument(document_id, document.storage_key, sealed)


def finish_document(pending: PendingDocument, *, actor: Actor, now: datetime) -> None:
    """Second and third step, outside any transaction.

    Raises Unavailable if storage is down; the document is then marked failed, and its page asks to
    send it again.
    """
    try:
        storage.put(pending.storage_key, pending.sealed)
    except Unavailable:
        _settle(pending, "failed", actor=actor, now=now)
        raise
    _settle(pending, "stored", actor=actor, now=now)


def _settle(pending: PendingDocument, state: str, *, actor: Actor, now: datetime) -> None:
    with transaction() as session:
        document = session.get_one(Document, pending.document_id, with_for_update=True)
        document.move_to(state)
        event = events.DocumentSettled(document.id, document.survivor_id, state)
        record(session, event, actor=actor, now=now)


def store_document(
    upload: Upload,
    *,
    survivor_id: UUID,
    subject_kind: str,
    subject_id: UUID,
    document_class: str,
    actor: Actor,
    now: datetime,
) -> UUID:
    """All three steps, for callers that have no transaction open; the document's id."""
    with transaction() as session:
        pending = begin_document(
            session,
            upload,
            survivor_id=survivor_id,
            subject_kind=subject_kind,
            subject_id=subject_id,
            document_class=document_class,
            actor=actor,
            now=now,
        )
    finish_document(pending, actor=actor, now=now)
    return pending.document_id


def record_document_read(
    session: Session, document_id: UUID, *, actor: Actor, now: datetime
) -> Document:
    """Note that this person is about to open a paper; committed before `open_document`.

    Raises NotFound, NotYourCase, or Refused("document_not_stored").
    """
    document = session.get(Document, document_id)
    if document is None:
        raise NotFound
    queries.get_survivor(session, document.survivor_id, actor=actor)
    if document.state != "stored":
        raise Refused("document_not_stored")
    record(
        session,
        events.DocumentRead(document_id, document.survivor_id),
        actor=actor,
        now=now,
    )
    return document


def open_document(session: Session, document: Document, sealed: bytes) -> bytes:
    """The paper itself, from the sealed bytes that storage gave."""
    survivor = session.get_one(Survivor, document.survivor_id)
    return keys.unseal_bytes(
        session, survivor.key_id, sealed, context=document_context(document.id)
    )
