"""What finance proposes for the books, and the papers that it stands on."""

import hashlib
import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund.db import Base, Stateful
from fund.ids import new_id

# One person books these alone: the bank or the tax office said so, and the paper shows it.
ALONE = frozenset({"bank_charge", "interest", "tax_on_fees", "tax_remitted"})
# What the bank took or paid for itself: a line of its statement may be the document.
OF_THE_BANK = frozenset({"bank_charge", "interest"})
# What only moves between our own books needs no paper.
WITHOUT_PAPER = frozenset({"reversal", "transfer", "award_freeing"})


class EntryPaper(Base, Stateful):
    """The paper of an entry, sealed under a key of its own; `content_sha256` is of what was sealed.

    `pending` until its sealed bytes lie in storage; `failed` if they never arrived there.
    """

    __tablename__ = "entry_paper"

    TRANSITIONS = {
        "pending": frozenset({"stored", "failed"}),
        "stored": frozenset(),
        "failed": frozenset(),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key_id: Mapped[UUID] = mapped_column(ForeignKey("vault.data_key.id"))
    content_type: Mapped[str]
    pages: Mapped[int]
    size: Mapped[int]
    content_sha256: Mapped[bytes]
    storage_key: Mapped[str] = mapped_column(unique=True)
    uploaded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    uploaded_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="pending")

    @property
    def context(self) -> str:
        return f"entry_paper:{self.id}"


class BookEntry(Base, Stateful):
    """Something for the books that one person proposes and, mostly, another approves.

    `content` is canonical JSON of all that was proposed: kind, day, reason, paper, plan and the
    exact journal; `content_sha256` is what an approval is for. `fund_ids`: the funds it touches.
    """

    __tablename__ = "bookkeeping_entry"
    __table_args__ = (
        CheckConstraint("btrim(reason) <> ''", "reason"),
        Index("ix_bookkeeping_entry_proposed", "id", postgresql_where=text("state = 'proposed'")),
        Index(
            "ix_bookkeeping_entry_award_entry_id",
            "award_entry_id",
            postgresql_where=text("award_entry_id IS NOT NULL"),
        ),
        Index(
            "uq_bookkeeping_entry_live_reverses_id",
            "reverses_id",
            unique=True,
            postgresql_where=text("state IN ('proposed', 'booked')"),
        ),
    )

    TRANSITIONS = {
        "proposed": frozenset({"booked", "declined", "withdrawn"}),
        "booked": frozenset(),
        "declined": frozenset(),
        "withdrawn": frozenset(),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="proposed")
    effective_on: Mapped[date]
    reason: Mapped[str]
    fund_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    content: Mapped[str]
    content_sha256: Mapped[bytes]
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger.journal.id"))
    award_entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("bookkeeping_entry.id"))
    paper_id: Mapped[UUID | None] = mapped_column(ForeignKey("entry_paper.id"), unique=True)
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    decline_reason: Mapped[str | None]
    journal_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger.journal.id"), unique=True)

    paper: Mapped[EntryPaper | None] = relationship()

    @property
    def said(self) -> dict[str, Any]:
        """What was proposed: kind, effective_on, reason, paper_sha256, plan, journal."""
        found: dict[str, Any] = json.loads(self.content)
        return found

    def hash_content(self) -> bytes:
        return hashlib.sha256(self.content.encode()).digest()
