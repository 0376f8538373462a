"""Bank accounts, statements as a bank's file says them, their lines, and what explains a line."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund.db import Base, Stateful
from fund.ids import new_id
from fund.ledger.models import Office
from fund.money import Money


class BankAccount(Base):
    """An office's account at a bank, in the office's currency.

    Its number is sealed; `number_index` finds it again in a file. `csv_mapping` says how this
    bank's CSV files are read, see `csv_lines.Mapping`.
    """

    __tablename__ = "bank_account"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("ledger.office.id"), index=True)
    name: Mapped[str]
    key_id: Mapped[UUID] = mapped_column(ForeignKey("vault.data_key.id"))
    sealed_number: Mapped[bytes]
    number_index: Mapped[bytes] = mapped_column(unique=True)
    csv_mapping: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    added_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    added_at: Mapped[datetime]

    office: Mapped[Office] = relationship()

    @property
    def context(self) -> str:
        return f"bank_account.sealed_number:{self.id}"


class BankStatement(Base, Stateful):
    """One file of a bank, whole and sealed: looked at first, then recorded or dropped.

    `known_count` of its `line_count` lines were here from another file. Days and balances are None
    until it is recorded; balances too where the file has none.
    """

    __tablename__ = "bank_statement"
    __table_args__ = (
        CheckConstraint("octet_length(file_sha256) = 32", "file_sha256"),
        Index(
            "uq_bank_statement_live_file",
            "account_id",
            "file_sha256",
            unique=True,
            postgresql_where=text("state IN ('uploaded', 'recorded')"),
        ),
        Index("ix_bank_statement_account_id_last_on", "account_id", "last_on"),
    )
    TRANSITIONS = {
        "uploaded": frozenset({"recorded", "dropped"}),
        "recorded": frozenset({"undone"}),
        "dropped": frozenset(),
        "undone": frozenset(),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("bank_account.id"))
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="uploaded")
    key_id: Mapped[UUID] = mapped_column(ForeignKey("vault.data_key.id"))
    sealed_file: Mapped[bytes | None] = mapped_column(deferred=True)
    file_sha256: Mapped[bytes]
    first_on: Mapped[date | None]
    last_on: Mapped[date | None]
    opening_minor: Mapped[int | None]
    closing_minor: Mapped[int | None]
    line_count: Mapped[int | None]
    known_count: Mapped[int | None]
    uploaded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    uploaded_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    undone_at: Mapped[datetime | None]

    account: Mapped[BankAccount] = relationship()

    @property
    def context(self) -> str:
        return f"bank_statement.sealed_file:{self.id}"


class BankLine(Base, Stateful):
    """One line of a statement; in is positive. Names and texts are identity, and sealed.

    `code` is the bank's code of the kind of transaction. Equal lines of one file are told apart by
    `ordinal`; the same line in another file has the same fingerprint and number.
    """

    __tablename__ = "bank_line"
    __table_args__ = (
        UniqueConstraint("statement_id", "position"),
        CheckConstraint("amount_minor <> 0", "amount_minor"),
        Index(
            "uq_bank_line_account_id_fingerprint_ordinal",
            "account_id",
            "fingerprint",
            "ordinal",
            unique=True,
            postgresql_where=text("state <> 'undone'"),
        ),
        Index(
            "ix_bank_line_open", "account_id", "booked_on", postgresql_where=text("state = 'open'")
        ),
    )
    TRANSITIONS = {
        "open": frozenset({"matched", "ignored", "undone"}),
        "matched": frozenset({"open"}),
        "ignored": frozenset({"open"}),
        "undone": frozenset(),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    statement_id: Mapped[UUID] = mapped_column(ForeignKey("bank_statement.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("bank_account.id"))
    position: Mapped[int]
    booked_on: Mapped[date]
    amount_minor: Mapped[int]
    code: Mapped[str | None]
    sealed_text: Mapped[bytes] = mapped_column(deferred=True)
    fingerprint: Mapped[bytes]
    ordinal: Mapped[int]
    state: Mapped[str] = mapped_column(default="open")

    statement: Mapped[BankStatement] = relationship()
    account: Mapped[BankAccount] = relationship()

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.account.office.currency)

    @property
    def context(self) -> str:
        return f"bank_line.sealed_text:{self.id}"


class BankMatch(Base):
    """What a line is in the books, or that it is nothing there; undone, it stays on record.

    `rule` says how it was found. A line may stand for several journals, a journal for several
    lines: the amounts add up.
    """

    __tablename__ = "bank_match"
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", "amount_minor"),
        Index("ix_bank_match_journal_id", "journal_id", postgresql_where=text("undone_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("bank_line.id"), index=True)
    kind: Mapped[str]
    journal_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger.journal.id"))
    amount_minor: Mapped[int]
    rule: Mapped[str]
    reason: Mapped[str | None]
    matched_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    matched_at: Mapped[datetime]
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    undone_at: Mapped[datetime | None]
