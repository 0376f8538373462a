"""Journals in words, as lists and pages show them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from fund.db import Page, page_of
from fund.errors import NotFound
from fund.ledger.choices import KIND_NAMES, ROLE_NAMES
from fund.ledger.models import Account, Fund, Journal, Office, Transfer
from fund.money import Money


@dataclass(frozen=True)
class Line:
    """One transfer; role names are msgids."""

    fund: Fund
    debit_role: str
    credit_role: str
    amount: Money

    @property
    def debit_name(self) -> str:
        return ROLE_NAMES[self.debit_role]

    @property
    def credit_name(self) -> str:
        return ROLE_NAMES[self.credit_role]


@dataclass
class JournalRow:
    """A journal as lists show it; `kind_name` is a msgid, `offices` are legal names."""

    id: UUID
    kind: str
    effective_on: date
    recorded_at: datetime
    source: str
    key: str
    actor: str
    reverses_id: UUID | None
    lines: list[Line] = field(default_factory=list)
    offices: list[str] = field(default_factory=list)

    @property
    def kind_name(self) -> str:
        return KIND_NAMES.get(self.kind, self.kind)


def list_journals(session: Session, *, before: UUID | None = None) -> Page[JournalRow]:
    """Newest first; `before` is the last id seen. Two queries."""
    found = session.execute(page_of(_journals(), Journal.id, before)).mappings()
    page = Page(JournalRow(**row) for row in found)
    _add_lines(session, page)
    return page


def get_journal(session: Session, journal_id: UUID) -> JournalRow:
    """One journal. Raises NotFound."""
    row = session.execute(_journals().where(Journal.id == journal_id)).mappings().first()
    if row is None:
        raise NotFound
    journal = JournalRow(**row)
    _add_lines(session, [journal])
    return journal


def _journals() -> Select[UUID, str, date, datetime, str, str, str, UUID | None]:
    return select(
        Journal.id,
        Journal.kind,
        Journal.effective_on,
        Journal.recorded_at,
        Journal.source,
        Journal.idempotency_key.label("key"),
        Journal.actor,
        Journal.reverses_id,
    )


def _add_lines(session: Session, rows: list[JournalRow]) -> None:
    by_id = {row.id: row for row in rows}
    debit, credit = aliased(Account), aliased(Account)
    found = session.execute(
        select(
            Transfer.journal_id,
            Fund,
            debit.role.label("debit_role"),
            credit.role.label("credit_role"),
            Transfer.amount_minor,
            Transfer.currency,
            Office.legal_name,
        )
        .join(debit, debit.id == Transfer.debit_account_id)
        .join(credit, credit.id == Transfer.credit_account_id)
        .join(Fund, Fund.id == Transfer.fund_id)
        .outerjoin(Office, Office.id == func.coalesce(debit.office_id, credit.office_id))
        .where(Transfer.journal_id.in_(list(by_id)))
        .order_by(Transfer.journal_id, Transfer.position)
    )
    for journal_id, fund, debit_role, credit_role, amount_minor, currency, office in found:
        row = by_id[journal_id]
        row.lines.append(Line(fund, debit_role, credit_role, Money(amount_minor, currency)))
        if office and office not in row.offices:
            row.offices.append(office)
