"""What finance proposes for the books, and the papers that it stands on."""

import hashlib
import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund.db import Base, Stateful
from fund.ids import new_id
from fund.ledger.models import Office
from fund.money import Money

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
    Those of one `gift_import_id` undo that import and are decided together.
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
            "ix_bookkeeping_entry_gift_import_id",
            "gift_import_id",
            postgresql_where=text("gift_import_id IS NOT NULL"),
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
    gift_import_id: Mapped[UUID | None] = mapped_column(ForeignKey("gift_import.id"))
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


class GiftImport(Base, Stateful):
    """A file of gifts, whole and sealed: looked at first, then recorded whole or dropped.

    `mapping` says how its columns are read, see `imports.columns`; files with the same
    `header_sha256` name theirs alike. Rows that look like gifts that are here are decided one by
    one: `taken` or `left_out`, by their places. What was recorded is undone whole, by two persons.
    """

    __tablename__ = "gift_import"
    __table_args__ = (
        CheckConstraint("octet_length(file_sha256) = 32", "file_sha256"),
        Index(
            "uq_gift_import_live_file",
            "file_sha256",
            unique=True,
            postgresql_where=text("state IN ('uploaded', 'recorded', 'undo_asked')"),
        ),
        Index("ix_gift_import_undo_asked", "id", postgresql_where=text("state = 'undo_asked'")),
    )
    TRANSITIONS = {
        "uploaded": frozenset({"recorded", "dropped"}),
        "recorded": frozenset({"undo_asked"}),
        "undo_asked": frozenset({"recorded", "undone"}),
        "dropped": frozenset(),
        "undone": frozenset(),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"))
    state: Mapped[str] = mapped_column(default="uploaded")
    key_id: Mapped[UUID] = mapped_column(ForeignKey("vault.data_key.id"))
    sealed_file: Mapped[bytes | None] = mapped_column(deferred=True)
    file_sha256: Mapped[bytes]
    header_sha256: Mapped[bytes | None] = mapped_column(index=True)
    mapping: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    taken: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list)
    left_out: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list)
    has_outside_receipts: Mapped[bool | None]
    line_count: Mapped[int | None]
    gift_count: Mapped[int | None]
    total_minor: Mapped[int | None]
    paper_id: Mapped[UUID | None] = mapped_column(ForeignKey("entry_paper.id"), unique=True)
    uploaded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    uploaded_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    undo_reason: Mapped[str | None]
    undo_asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    undo_asked_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    undone_at: Mapped[datetime | None]

    office: Mapped[Office] = relationship()
    paper: Mapped[EntryPaper | None] = relationship()

    @property
    def context(self) -> str:
        return f"gift_import.sealed_file:{self.id}"

    @property
    def total(self) -> Money | None:
        """What was recorded by it."""
        return None if self.total_minor is None else Money(self.total_minor, self.office.currency)


class GiftImportLine(Base):
    """The gift that a row of an import's file became; `place` is the row's number, from 1."""

    __tablename__ = "gift_import_line"
    __table_args__ = (UniqueConstraint("import_id", "place"),)

    gift_id: Mapped[UUID] = mapped_column(ForeignKey("gift.id"), primary_key=True)
    import_id: Mapped[UUID] = mapped_column(ForeignKey("gift_import.id"))
    place: Mapped[int]
