"""What the pages and commands show of the books: journals in words, and the trial balance."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, Subquery, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from fund.db import Page, page_of
from fund.errors import NotFound
from fund.ledger.choices import KIND_NAMES, ROLE_NAMES
from fund.ledger.models import ROLES, Account, BalanceShard, Fund, Journal, Office, Transfer
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


# --- Trial balance ----------------------------------------------------------------------------


@dataclass(frozen=True)
class AccountBalance:
    """One account's net, on the side where it stands; the other side is nothing."""

    code: str
    role: str
    office: str | None
    debit: Money
    credit: Money

    @property
    def role_name(self) -> str:
        return ROLE_NAMES[self.role]


@dataclass
class FundBalances:
    """The trial balance of one fund in one currency; both totals are equal in true books."""

    fund: Fund
    currency: str
    accounts: list[AccountBalance] = field(default_factory=list)

    @property
    def debits(self) -> Money:
        return Money(sum(a.debit.amount_minor for a in self.accounts), self.currency)

    @property
    def credits(self) -> Money:
        return Money(sum(a.credit.amount_minor for a in self.accounts), self.currency)


def trial_balance(session: Session, *, as_of: date | None = None) -> list[FundBalances]:
    """Accounts with a balance, by fund and currency, now or at the end of the day `as_of`."""
    sides = _sides_now() if as_of is None else _sides_until(as_of)
    totals = (
        select(
            sides.c.account_id, (func.sum(sides.c.debit) - func.sum(sides.c.credit)).label("net")
        )
        .group_by(sides.c.account_id)
        .subquery()
    )
    rows = session.execute(
        select(Fund, Account, Office.legal_name, totals.c.net)
        .join(Account, Account.id == totals.c.account_id)
        .join(Fund, Fund.id == Account.fund_id)
        .outerjoin(Office, Office.id == Account.office_id)
        .where(totals.c.net != 0)
        .order_by(Fund.id, Account.currency, Office.code.nulls_last())
    ).all()
    found: dict[tuple[UUID, str], FundBalances] = {}
    for fund, account, office, net in rows:
        part = found.setdefault((fund.id, account.currency), FundBalances(fund, account.currency))
        part.accounts.append(_balance(account, office, int(net)))
    order = list(ROLES)
    for part in found.values():
        part.accounts.sort(key=lambda balance: order.index(balance.role))
    return list(found.values())


def _balance(account: Account, office: str | None, net: int) -> AccountBalance:
    debit, credit = (net, 0) if net > 0 else (0, -net)
    return AccountBalance(
        account.code,
        account.role,
        office,
        Money(debit, account.currency),
        Money(credit, account.currency),
    )


def _sides_now() -> Subquery:
    return select(
        BalanceShard.account_id,
        BalanceShard.debits.label("debit"),
        BalanceShard.credits.label("credit"),
    ).subquery()


def _sides_until(day: date) -> Subquery:
    booked = (
        select(Transfer)
        .join(Journal, Journal.id == Transfer.journal_id)
        .where(Journal.effective_on <= day)
        .cte("booked")
    )
    return union_all(
        select(
            booked.c.debit_account_id.label("account_id"),
            booked.c.amount_minor.label("debit"),
            literal(0).label("credit"),
        ),
        select(booked.c.credit_account_id, literal(0), booked.c.amount_minor),
    ).subquery()
