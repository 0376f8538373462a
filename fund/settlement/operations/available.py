"""What of the balance became available meanwhile."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import clock
from fund.db import transaction
from fund.ledger import journals
from fund.ledger import operations as ledger
from fund.ledger.journals import Book, JournalDraft
from fund.ledger.queries import get_office
from fund.permissions import SYSTEM
from fund.settlement.models import BalanceTransaction
from fund.settlement.operations.books import BATCH


def book_available(office_code: str, *, now: datetime) -> int:
    """Book what Stripe made available by now; how many lines."""
    with transaction() as session:
        office = get_office(session, office_code)
        rows = session.scalars(
            select(BalanceTransaction)
            .where(
                BalanceTransaction.office_id == office.id,
                BalanceTransaction.state == "posted",
                ~BalanceTransaction.is_available,
                BalanceTransaction.available_at <= now,
            )
            .order_by(BalanceTransaction.available_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        drafts = list(_available_drafts(session, rows))
        if drafts:
            ledger.post(session, drafts, actor=SYSTEM, now=now)
        for row in rows:
            row.is_available = True
        return len(rows)


def _available_drafts(
    session: Session, rows: Sequence[BalanceTransaction]
) -> Iterator[JournalDraft]:
    for row in rows:
        if row.fund_id is not None and row.net_minor:
            book = Book.load(session, row.fund_id, row.office_id, row.currency)
            day = clock.bangkok_day(row.available_at)
            yield journals.became_available(book, row.id, day, row.net_minor)
