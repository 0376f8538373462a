"""Jobs of this room."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import clock, jobs, keys
from fund.audit import operations as audit
from fund.audit.events import (
    EntryPaperSettled,
    Event,
    GiftImportPaperSettled,
    GiftPaperSettled,
)
from fund.bookkeeping.models import BookEntry, EntryPaper, GiftImport
from fund.crypto import Unreadable
from fund.db import reading, transaction
from fund.errors import NotFound
from fund.gateways import storage
from fund.giving.models import GiftPaper
from fund.permissions import SYSTEM, Actor


@jobs.task("bookkeeping.settle_paper")
def settle_paper(paper_id: str) -> None:
    """Decide about a paper that a crash left pending: stored if its bytes arrived whole."""
    with reading() as session:
        paper = session.get_one(EntryPaper, UUID(paper_id))
    if paper.state == "pending":
        outcome = "stored" if _has_arrived(paper) else "failed"
        with transaction() as session:
            if session.get_one(EntryPaper, paper.id, with_for_update=True).state == "pending":
                settle(session, paper.id, outcome, actor=SYSTEM, now=clock.now())


def _has_arrived(paper: EntryPaper) -> bool:
    try:
        sealed = storage.get(paper.storage_key)
    except NotFound:
        return False
    with reading() as session:
        try:
            keys.unseal_bytes(session, paper.key_id, sealed, context=paper.context)
        except Unreadable:
            return False
    return True


def settle(session: Session, paper_id: UUID, state: str, *, actor: Actor, now: datetime) -> None:
    """Say whether a paper that was pending arrived (`stored`) or not (`failed`)."""
    paper = session.get_one(EntryPaper, paper_id, with_for_update=True)
    paper.move_to(state)
    session.flush()
    audit.record(session, _settled(session, paper_id, state), actor=actor, now=now)


def _settled(session: Session, paper_id: UUID, state: str) -> Event:
    """What the log says, of whatever the paper belongs to."""
    of_gift = session.scalar(select(GiftPaper.gift_id).where(GiftPaper.paper_id == paper_id))
    if of_gift:
        return GiftPaperSettled(of_gift, paper_id=paper_id, state=state)
    of_import = session.scalar(select(GiftImport.id).where(GiftImport.paper_id == paper_id))
    if of_import:
        return GiftImportPaperSettled(of_import, paper_id=paper_id, state=state)
    of_entry = session.scalars(select(BookEntry.id).where(BookEntry.paper_id == paper_id)).one()
    return EntryPaperSettled(of_entry, paper_id=paper_id, state=state)
