"""One account's lines with its running balance, a page at a time in either direction.

A page is found by the key of the last line seen, and what the balance was there is added up from
the end of the day before and that day's lines, so a page far down costs no more than the first.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from fund.db import PAGE
from fund.errors import NotFound, Refused
from fund.i18n import N_, gettext, language
from fund.ledger.balances import totals_at
from fund.ledger.choices import KIND_NAMES, ROLE_NAMES
from fund.ledger.models import Account, Fund, Journal, Office, Transfer
from fund.ledger.queries import fund_name
from fund.ledger.statements import head
from fund.ledger.statements.days import EARLIEST, Days
from fund.ledger.statements.plans import plan_anew
from fund.ledger.statements.shape import Column, Link, Row, Section, Statement
from fund.money import Money

BATCH = 1000  # the lines that a file reads at once


@dataclass(frozen=True, order=True)
class Key:
    """Where a line stands: by day, then in the order of booking."""

    day: date
    journal_id: UUID
    position: int

    def __str__(self) -> str:
        return f"{self.day}.{self.journal_id}.{self.position}"

    @classmethod
    def read(cls, text: str) -> "Key":
        """Raises Refused: `no_such_place`."""
        try:
            day, journal_id, position = text.split(".")
            return cls(date.fromisoformat(day), UUID(journal_id), int(position))
        except ValueError:
            raise Refused("no_such_place")


@dataclass(frozen=True)
class Place:
    """The account with what it belongs to."""

    account: Account
    fund: Fund
    office: Office | None

    @property
    def sign(self) -> int:
        """A balance counts on the side on which the account grows."""
        return 1 if self.account.normal_side == "debit" else -1

    @property
    def name(self) -> str:
        office = f", {self.office.legal_name}" if self.office else ""
        fund = fund_name(self.fund, language())
        return f"{gettext(ROLE_NAMES[self.account.role])}{office}, {fund}, {self.account.currency}"


@dataclass(frozen=True)
class Line:
    """`amount` is a debit if it is more than nothing; `balance` is that after the line."""

    key: Key
    kind: str
    other_role: str
    amount: int
    balance: int


def get_place(session: Session, account_id: UUID) -> Place:
    """Raises NotFound."""
    row = session.execute(
        select(Account, Fund, Office)
        .join(Fund, Fund.id == Account.fund_id)
        .outerjoin(Office, Office.id == Account.office_id)
        .where(Account.id == account_id)
    ).first()
    if row is None:
        raise NotFound
    return Place(*row)


@dataclass(frozen=True)
class AccountPage:
    """Some of an account's lines; `following` is the key of the last one if others follow."""

    place: Place
    opening: Money
    closing: Money
    statement: Statement
    has_lines: bool
    following: Key | None


def account_page(
    session: Session,
    account_id: UUID,
    days: Days,
    *,
    now: datetime,
    newest_first: bool = True,
    after: Key | None = None,
) -> AccountPage:
    """The lines that follow the one at `after`. Raises NotFound."""
    plan_anew(session)
    place = get_place(session, account_id)
    opening, closing = (_balance_at(session, place, day) for day in (days.before, days.last))
    balance = closing if newest_first else opening
    if after is not None:
        balance = _balance_beside(session, place, after, newest_first)
    lines = list(_lines(session, place, days, newest_first, after, balance, PAGE + 1))
    return AccountPage(
        place,
        Money(opening, place.account.currency),
        Money(closing, place.account.currency),
        _statement(session, place, days, [Section("", _line_rows(place, lines[:PAGE]))], now),
        bool(lines),
        lines[PAGE - 1].key if len(lines) > PAGE else None,
    )


def whole_account(session: Session, account_id: UUID, days: Days, *, now: datetime) -> Statement:
    """All lines, oldest first, between the balances before and at the end.

    They are read in batches while they are gone through.
    """
    plan_anew(session)
    place = get_place(session, account_id)
    return _statement(session, place, days, [Section("", _all_rows(session, place, days))], now)


def count_lines(session: Session, account_id: UUID, days: Days, *, most: int) -> int:
    """How many lines there are, counted no further than one beyond `most`."""
    plan_anew(session)
    found = _sides(account_id, days, True, None, most + 1).limit(most + 1).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def _all_rows(session: Session, place: Place, days: Days) -> Iterator[Row]:
    balance = _balance_at(session, place, days.before)
    yield _edge(place, N_("Before"), days.before, balance)
    after: Key | None = None
    while True:
        lines = list(_lines(session, place, days, False, after, balance, BATCH))
        yield from _line_rows(place, lines)
        if lines:
            after, balance = lines[-1].key, lines[-1].balance
        if len(lines) < BATCH:
            break
    yield _edge(place, N_("At the end"), days.last, balance)


def _statement(
    session: Session, place: Place, days: Days, sections: Sequence[Section], now: datetime
) -> Statement:
    slug = f"account-{place.account.code.replace(':', '-')}"
    currency = place.account.currency
    return Statement(
        head.make(session, slug, N_("Account"), days, now, place.name),
        (
            Column(gettext("Day"), "day"),
            Column(gettext("What")),
            Column(gettext("Against")),
            Column(gettext("Debit"), "money", currency),
            Column(gettext("Credit"), "money", currency),
            Column(gettext("Balance"), "money", currency),
        ),
        sections,
    )


def _edge(place: Place, name: str, day: date | None, balance: int) -> Row:
    money = Money(balance, place.account.currency)
    return Row((day, gettext(name), None, None, None, money), is_total=True)


def _line_rows(place: Place, lines: Iterable[Line]) -> Iterator[Row]:
    currency = place.account.currency
    for line in lines:
        yield Row(
            (
                line.key.day,
                gettext(KIND_NAMES.get(line.kind, line.kind)),
                gettext(ROLE_NAMES[line.other_role]),
                Money(line.amount, currency) if line.amount > 0 else None,
                Money(-line.amount, currency) if line.amount < 0 else None,
                Money(line.balance, currency),
            ),
            Link("ledger.journal_show", {"journal_id": str(line.key.journal_id)}),
        )


# --- Lines ------------------------------------------------------------------------------------


def _lines(
    session: Session,
    place: Place,
    days: Days,
    newest_first: bool,
    after: Key | None,
    balance: int,
    most: int,
) -> Iterator[Line]:
    """The lines that follow the one at `after`.

    `balance` is the one before the earliest of them, or, newest first, after the latest.
    """
    sides = _sides(place.account.id, days, newest_first, after, most).subquery()
    place_of = (sides.c.day, sides.c.journal_id, sides.c.position)
    rows = session.execute(
        select(sides, Account.role)
        .join(Account, Account.id == sides.c.other_id)
        .order_by(*(column.desc() if newest_first else column for column in place_of))
        .limit(most)
    )
    for row in rows:
        key = Key(row.day, row.journal_id, row.position)
        change = place.sign * int(row.amount)
        if newest_first:
            yield Line(key, row.kind, row.role, int(row.amount), balance)
            balance -= change
        else:
            balance += change
            yield Line(key, row.kind, row.role, int(row.amount), balance)


def _sides(
    account_id: UUID, days: Days, newest_first: bool, after: Key | None, most: int | None
) -> CompoundSelect[*tuple[Any, ...]]:
    """The account's debits and its credits, each read along the journals' own order.

    Apart, because no index serves an OR of two columns.
    """
    debits = _side(Transfer.debit_account_id, Transfer.credit_account_id, Transfer.amount_minor)
    credits_ = _side(Transfer.credit_account_id, Transfer.debit_account_id, -Transfer.amount_minor)
    key = (Journal.effective_on, Journal.id, Transfer.position)
    order = [column.desc() if newest_first else column for column in key]
    sides = []
    for own, side in (debits, credits_):
        wanted = side.where(
            own == account_id, Journal.effective_on.between(days.first or EARLIEST, days.last)
        )
        if after is not None:
            wanted = wanted.where(*_beyond(after, newest_first))
        sides.append(wanted.order_by(*order).limit(most).subquery())
    return union_all(*(select(side) for side in sides))


def _side(
    own: InstrumentedAttribute[UUID],
    other: InstrumentedAttribute[UUID],
    amount: ColumnElement[int] | InstrumentedAttribute[int],
) -> tuple[InstrumentedAttribute[UUID], Select[*tuple[Any, ...]]]:
    lines: Select[*tuple[Any, ...]] = select(
        Journal.effective_on.label("day"),
        Journal.id.label("journal_id"),
        Transfer.position,
        Journal.kind,
        other.label("other_id"),
        amount.label("amount"),
    ).join(Transfer, Transfer.journal_id == Journal.id)
    return own, lines


def _beyond(after: Key, newest_first: bool) -> tuple[ColumnElement[bool], ...]:
    """The first condition is for the journals' index, the second for journals of several lines."""
    journal, line = tuple_(Journal.effective_on, Journal.id), (after.day, after.journal_id)
    whole = tuple_(Journal.effective_on, Journal.id, Transfer.position)
    if newest_first:
        return journal <= line, whole < (*line, after.position)
    return journal >= line, whole > (*line, after.position)


def _balance_beside(session: Session, place: Place, key: Key, newest_first: bool) -> int:
    """The balance after the line at `key`, or, newest first, before it."""
    day = Days(key.day, key.day)
    lines = _sides(place.account.id, day, False, None, None).subquery()
    here, seen = tuple_(lines.c.journal_id, lines.c.position), (key.journal_id, key.position)
    moved = session.scalar(
        select(func.coalesce(func.sum(lines.c.amount), 0)).where(
            here < seen if newest_first else here <= seen
        )
    )
    return _balance_at(session, place, day.before) + place.sign * int(moved or 0)


def _balance_at(session: Session, place: Place, day: date | None) -> int:
    if day is None:
        return 0
    debits, credits_ = totals_at(session, day).get(place.account.id, (0, 0))
    return place.sign * (debits - credits_)
