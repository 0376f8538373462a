"""Journals in words, as lists and pages show them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from fund.audit.events import instant
from fund.db import PAGE, Page
from fund.errors import NotFound
from fund.i18n import N_, gettext, language
from fund.ledger.choices import KIND_NAMES, ROLE_NAMES
from fund.ledger.models import Account, Fund, Journal, Office, Transfer
from fund.ledger.queries import fund_name
from fund.ledger.statements import head
from fund.ledger.statements.days import EARLIEST, Days
from fund.ledger.statements.plans import plan_anew
from fund.ledger.statements.shape import Column, Head, Link, Row, Section, Statement
from fund.money import Money

BATCH = 500  # the journals that a file reads at once


@dataclass(frozen=True)
class Line:
    """One transfer; role names are msgids."""

    fund: Fund
    debit_role: str
    credit_role: str
    amount: Money
    debit_id: UUID
    credit_id: UUID

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
    occurred_on: date
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


@dataclass(frozen=True)
class Wanted:
    """Which journals are asked for; whatever is None or empty leaves out none."""

    days: Days | None = None
    kind: str = ""
    fund: str = ""
    office: str = ""

    def conditions(self, session: Session) -> list[ColumnElement[bool]]:
        """Accounts are looked up first: which they are decides how the journals are best read."""
        plan_anew(session)
        found: list[ColumnElement[bool]] = []
        if self.days:
            first, last = self.days.first or EARLIEST, self.days.last
            found.append(Journal.effective_on.between(first, last))
        if self.kind:
            found.append(Journal.kind == self.kind)
        lines = select(Transfer.journal_id).where(Transfer.journal_id == Journal.id)
        if self.fund:  # both accounts of a transfer are its fund's
            accounts = _accounts(session, Fund.code == self.fund)
            found.append(lines.where(Transfer.debit_account_id.in_(accounts)).exists())
        if self.office:
            accounts = _accounts(session, Office.code == self.office)
            touched = or_(
                Transfer.debit_account_id.in_(accounts), Transfer.credit_account_id.in_(accounts)
            )
            found.append(lines.where(touched).exists())
        return found


ALL = Wanted()


def list_journals(
    session: Session, wanted: Wanted = ALL, *, before: UUID | None = None
) -> Page[JournalRow]:
    """Newest day first; `before` is the last id seen. Raises NotFound.

    Three statements, and one more for each of `before`, fund and office.
    """
    query = _journals().where(*wanted.conditions(session))
    if before is not None:
        day = session.scalar(select(Journal.effective_on).where(Journal.id == before))
        if day is None:
            raise NotFound
        query = query.where(tuple_(Journal.effective_on, Journal.id) < (day, before))
    query = query.order_by(Journal.effective_on.desc(), Journal.id.desc()).limit(PAGE + 1)
    page = Page(JournalRow(**row) for row in session.execute(query).mappings())
    _add_lines(session, page)
    return page


def journal_head(session: Session, days: Days, *, now: datetime) -> Head:
    """What stands above the journal."""
    return head.make(session, "journal", N_("Journal"), days, now)


def whole_journal(session: Session, wanted: Wanted, days: Days, *, now: datetime) -> Statement:
    """Every line of what is wanted, oldest first, read in batches while it is gone through."""
    return Statement(
        journal_head(session, days, now=now),
        (
            Column(gettext("Day"), "day"),
            Column(gettext("True day"), "day", is_detail=True),
            Column(gettext("Recorded"), is_detail=True),
            Column(gettext("What")),
            Column(gettext("Fund")),
            Column(gettext("Office"), is_detail=True),
            Column(gettext("Debit")),
            Column(gettext("Credit")),
            Column(gettext("Amount"), "money"),
            Column(gettext("Source"), is_detail=True),
            Column(gettext("Key"), is_detail=True),
            Column(gettext("Booked by"), is_detail=True),
            Column(gettext("Journal entry"), is_detail=True),
        ),
        [Section("", _line_rows(session, wanted))],
    )


def count_journals(session: Session, wanted: Wanted, *, most: int) -> int:
    """How many there are, counted no further than one beyond `most`."""
    found = select(Journal.id).where(*wanted.conditions(session)).limit(most + 1).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def _line_rows(session: Session, wanted: Wanted) -> Iterator[Row]:
    query = _journals().where(*wanted.conditions(session))
    query = query.order_by(Journal.effective_on, Journal.id).limit(BATCH)
    batch = query
    while True:
        rows = [JournalRow(**row) for row in session.execute(batch).mappings()]
        _add_lines(session, rows)
        for row in rows:
            yield from (_line_row(row, line) for line in row.lines)
        if len(rows) < BATCH:
            return
        seen = (rows[-1].effective_on, rows[-1].id)
        batch = query.where(tuple_(Journal.effective_on, Journal.id) > seen)


def _accounts(session: Session, of: ColumnElement[bool]) -> Sequence[UUID]:
    return session.scalars(
        select(Account.id)
        .join(Fund, Fund.id == Account.fund_id)
        .outerjoin(Office, Office.id == Account.office_id)
        .where(of)
    ).all()


def _line_row(row: JournalRow, line: Line) -> Row:
    return Row(
        (
            row.effective_on,
            row.occurred_on,
            instant(row.recorded_at),
            gettext(row.kind_name),
            fund_name(line.fund, language()),
            ", ".join(row.offices),
            gettext(line.debit_name),
            gettext(line.credit_name),
            line.amount,
            row.source,
            row.key,
            row.actor,
            str(row.id),
        ),
        Link("ledger.journal_show", {"journal_id": str(row.id)}),
    )


def get_journal(session: Session, journal_id: UUID) -> JournalRow:
    """One journal. Raises NotFound."""
    row = session.execute(_journals().where(Journal.id == journal_id)).mappings().first()
    if row is None:
        raise NotFound
    journal = JournalRow(**row)
    _add_lines(session, [journal])
    return journal


def _journals() -> Select[UUID, str, date, date, datetime, str, str, str, UUID | None]:
    return select(
        Journal.id,
        Journal.kind,
        Journal.effective_on,
        Journal.occurred_on,
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
            debit.id.label("debit_id"),
            credit.id.label("credit_id"),
        )
        .join(debit, debit.id == Transfer.debit_account_id)
        .join(credit, credit.id == Transfer.credit_account_id)
        .join(Fund, Fund.id == Transfer.fund_id)
        .outerjoin(Office, Office.id == func.coalesce(debit.office_id, credit.office_id))
        .where(Transfer.journal_id.in_(list(by_id)))
        .order_by(Transfer.journal_id, Transfer.position)
    )
    for line in found:
        row, amount = by_id[line.journal_id], Money(line.amount_minor, line.currency)
        accounts = (line.debit_id, line.credit_id)
        row.lines.append(Line(line.Fund, line.debit_role, line.credit_role, amount, *accounts))
        if line.legal_name and line.legal_name not in row.offices:
            row.offices.append(line.legal_name)
