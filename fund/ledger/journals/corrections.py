"""What sets the books right: the reversal of a journal, and a journal in finance's own words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, aliased

from fund.errors import NotFound, Refused
from fund.ledger.journals.book import BookAccount, Entry, JournalDraft
from fund.ledger.models import Account, Journal, Transfer

ENTRIES = "bookkeeping"  # the source of what two persons of finance enter


@dataclass(frozen=True)
class Booked:
    """A journal as it stands in the books."""

    id: UUID
    kind: str
    source: str
    key: str
    concerns: str | None
    entries: tuple[Entry, ...]

    @classmethod
    def load(cls, session: Session, journal_id: UUID) -> "Booked":
        """One query. Raises NotFound."""
        found = cls.load_many(session, [journal_id])
        if not found:
            raise NotFound
        return found[0]

    @classmethod
    def load_many(cls, session: Session, journal_ids: Collection[UUID]) -> "list[Booked]":
        """One query, whatever their number; those that there are, oldest first."""
        debit, credit = aliased(Account), aliased(Account)
        rows = session.execute(
            select(Journal, Transfer.amount_minor, debit, credit)
            .join(Transfer, Transfer.journal_id == Journal.id)
            .join(debit, debit.id == Transfer.debit_account_id)
            .join(credit, credit.id == Transfer.credit_account_id)
            .where(Journal.id.in_(journal_ids))
            .order_by(Journal.id, Transfer.position)
        )
        return [cls._of(list(lines)) for _, lines in groupby(rows, key=lambda row: row[0].id)]

    @classmethod
    def _of(cls, rows: Sequence[Row[Journal, int, Account, Account]]) -> "Booked":
        journal = rows[0][0]
        return cls(
            journal.id,
            journal.kind,
            journal.source,
            journal.idempotency_key,
            journal.concerns,
            tuple(Entry(_account(to), _account(of), amount) for _, amount, to, of in rows),
        )


def _account(account: Account) -> BookAccount:
    return BookAccount(account.id, account.role, account.fund_id, account.currency)


def reversal(
    booked: Booked,
    day: date,
    *,
    kind: str = "reversal",
    key: str | None = None,
    may_move: bool = False,
) -> JournalDraft:
    """Takes the whole journal back; the database refuses a second one (`already_reversed`).

    It stands at the same source and concerns the same charge, or the reversed journal itself, so
    that what is held back of a young gift follows it. The options are for a reversal that is a
    fact of its own.
    """
    return JournalDraft(
        kind,
        day,
        booked.source,
        key or f"{booked.key}:reversed",
        tuple(Entry(entry.credit, entry.debit, entry.amount_minor) for entry in booked.entries),
        reverses_id=booked.id,
        concerns=booked.concerns or booked.key,
        may_move=may_move,
    )


def manual(entries: Sequence[Entry], row_id: UUID, day: date) -> JournalDraft:
    """What no other builder says; all of one fund. Why, and its document, stand in row `row_id`.

    Raises Refused: `not_one_fund`.
    """
    if len({entry.debit.fund_id for entry in entries}) > 1:
        raise Refused("not_one_fund")
    return JournalDraft("manual", day, ENTRIES, str(row_id), tuple(entries))
