"""Jobs of the vault."""

from uuid import UUID

from fund import clock, jobs, keys
from fund.audit import events
from fund.audit.operations import record
from fund.crypto import Unreadable
from fund.db import reading, transaction
from fund.errors import NotFound
from fund.gateways import storage
from fund.permissions import SYSTEM
from fund.survivors.identity import document_context
from fund.survivors.models import Document, Survivor


@jobs.task("survivors.settle_document")
def settle_document(document_id: str) -> None:
    """Decide about a document that a crash left pending: stored if its bytes arrived whole.

    Otherwise it is marked failed, and its page asks to send it again.
    """
    with reading() as session:
        document = session.get_one(Document, UUID(document_id))
    if document.state == "pending":
        outcome = "stored" if _has_arrived(document) else "failed"
        with transaction() as session:
            document = session.get_one(Document, UUID(document_id), with_for_update=True)
            if document.state == "pending":
                document.move_to(outcome)
                event = events.DocumentSettled(document.id, document.survivor_id, outcome)
                record(session, event, actor=SYSTEM, now=clock.now())


def _has_arrived(document: Document) -> bool:
    try:
        sealed = storage.get(document.storage_key)
    except NotFound:
        return False
    with reading() as session:
        survivor = session.get_one(Survivor, document.survivor_id)
        try:
            keys.unseal_bytes(
                session, survivor.key_id, sealed, context=document_context(document.id)
            )
        except Unreadable:
            return False
    return True
