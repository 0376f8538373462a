"""Reads of the books."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from fund import clock, i18n
from fund.db import Page, page_of
from fund.errors import NotFound
from fund.i18n import N_
from fund.ledger.models import (
    CASH_ROLES,
    CHANGE_MINOR,
    Account,
    BalanceShard,
    Commitment,
    CommitmentEvent,
    Fund,
    Journal,
    Office,
    Period,
    Rate,
)
from fund.money import THB, Money, baht, translate
from fund.permissions import Actor, Permission
from fund.waiting import Waiting


@dataclass(frozen=True)
class Available:
    """A fund's money: `available` for awards is cash less what awards, the reserve and taxes hold.

    The reserve is what is still here of `young` gifts and of those that open `inquiries` hold; a
    gift that is both counts as young. `owed` is tax that was not remitted yet.
    """

    cash: Money
    reserved: Money
    young: Money
    inquiries: Money
    owed: Money

    @property
    def reserve(self) -> Money:
        return self.young + self.inquiries

    @property
    def available(self) -> Money:
        return self.cash - self.reserved - self.reserve - self.owed


def get_office(session: Session, code: str) -> Office:
    """The receiving office `code`. Raises NotFound."""
    return _found(session.scalar(select(Office).where(Office.code == code)))


def get_fund(session: Session, code: str) -> Fund:
    """The fund `code`. Raises NotFound."""
    return _found(session.scalar(select(Fund).where(Fund.code == code)))


def get_fund_by_id(session: Session, fund_id: UUID) -> Fund:
    """Raises NotFound."""
    return _found(session.get(Fund, fund_id))


def find_reversal_id(session: Session, journal_id: UUID) -> UUID | None:
    """The journal by which this one was taken back whole, if it was."""
    return session.scalar(select(Journal.id).where(Journal.reverses_id == journal_id))


def held_for(session: Session, award_id: UUID) -> Money:
    """What is still held for the award, in THB."""
    query = (
        select(func.coalesce(func.sum(CHANGE_MINOR), 0))
        .join(Commitment, Commitment.id == CommitmentEvent.commitment_id)
        .where(Commitment.award_id == award_id)
    )
    return baht(int(session.scalar(query) or 0))


def list_offices(session: Session) -> Sequence[Office]:
    """All receiving offices, oldest first."""
    return session.scalars(select(Office).order_by(Office.id)).all()


def list_funds(session: Session) -> Sequence[Fund]:
    """All funds, oldest first, closed ones too."""
    return session.scalars(select(Fund).order_by(Fund.id)).all()


def list_open_funds(session: Session) -> list[Fund]:
    """The funds that still take gifts, awards and entries, oldest first."""
    return [fund for fund in list_funds(session) if fund.is_open]


def fund_name(fund: Fund, language: str) -> str:
    """What the fund is called in `language`."""
    return fund.name_th if language == "th" else fund.name_en


def account_id(
    session: Session, fund_id: UUID, office_id: UUID | None, currency: str, role: str
) -> UUID:
    """The one account that these four name. Raises NotFound."""
    return _found(
        session.scalar(
            select(Account.id).where(
                Account.fund_id == fund_id,
                Account.office_id.is_not_distinct_from(office_id),
                Account.currency == currency,
                Account.role == role,
            )
        )
    )


def balance(session: Session, account_id: UUID) -> Money:
    """The account's balance on its normal side. Raises NotFound."""
    net = func.coalesce(func.sum(BalanceShard.debits - BalanceShard.credits), 0)
    row = session.execute(
        select(Account.currency, Account.normal_side, net.label("net"))
        .outerjoin(BalanceShard, BalanceShard.account_id == Account.id)
        .where(Account.id == account_id)
        .group_by(Account.id)
    ).first()
    found = _found(row)
    return Money(int(found.net if found.normal_side == "debit" else -found.net), found.currency)


def available(session: Session, fund_id: UUID, *, now: datetime) -> Available:
    """What the fund has for awards, in THB, as `ledger.reserve` would see it. Raises NotFound."""
    [(_, position)] = _found(_positions(session, now, Fund.id == fund_id) or None)
    return position


def list_available(session: Session, *, now: datetime) -> list[tuple[Fund, Available]]:
    """Each fund with what it has for awards, in THB; oldest fund first."""
    return _positions(session, now, true())


def _positions(
    session: Session, now: datetime, which: ColumnElement[bool]
) -> list[tuple[Fund, Available]]:
    parts = [field.name for field in fields(Available)]
    position = func.ledger.fund_position(Fund.id, THB, clock.bangkok_day(now)).table_valued(
        *parts, joins_implicitly=True
    )
    rows = session.execute(
        select(Fund, *(position.c[part] for part in parts)).where(which).order_by(Fund.id)
    )
    return [
        (fund, Available(*(baht(int(amount)) for amount in amounts))) for fund, *amounts in rows
    ]


def total_cash(session: Session) -> Money:
    """The baht that all funds together hold."""
    held = session.scalar(
        select(func.sum(BalanceShard.debits - BalanceShard.credits))
        .join(Account, Account.id == BalanceShard.account_id)
        .where(Account.currency == THB, Account.role.in_(CASH_ROLES))
    )
    return baht(int(held or 0))


def list_waiting(session: Session, actor: Actor, *, now: datetime) -> list[Waiting]:
    """Funds that fell below what they promised: what happened is booked, awards stop."""
    if not actor.may(Permission.READ_LEDGER):
        return []
    return [
        Waiting(
            section=N_("Funds that are short"),
            title=N_("%(fund)s is short by %(short)s"),
            endpoint="ledger.balances",
            action=N_("See the balances"),
            due_on=clock.bangkok_day(now),
            params={"fund": fund_name(fund, i18n.language()), "short": -position.available},
        )
        for fund, position in list_available(session, now=now)
        if position.available.amount_minor < 0
    ]


def newest_rates(session: Session, day: date) -> dict[str, Rate]:
    """The rate of each foreign currency on `day`: the newest entry of the latest day not after it.

    A currency without a rate by then is left out.
    """
    query = (
        select(Rate)
        .where(Rate.valid_on <= day)
        .ext(distinct_on(Rate.currency))
        .order_by(Rate.currency, Rate.valid_on.desc(), Rate.id.desc())
    )
    return {rate.currency: rate for rate in session.scalars(query)}


@dataclass(frozen=True)
class ForeignCash:
    """Foreign money at one office; `worth` in baht at the newest rate, None without one."""

    office: Office
    cash: Money
    rate: Decimal | None
    worth: Money | None


def list_foreign_cash(session: Session, day: date) -> list[ForeignCash]:
    """What the offices hold in other currencies now, at the rates of `day`; nothing left out."""
    held = func.sum(BalanceShard.debits - BalanceShard.credits)
    rows = session.execute(
        select(Office, Account.currency, held.label("held"))
        .join(Account, Account.office_id == Office.id)
        .join(BalanceShard, BalanceShard.account_id == Account.id)
        .where(Account.currency != THB, Account.role.in_(CASH_ROLES))
        .group_by(Office.id, Account.currency)
        .having(held != 0)
        .order_by(Office.id, Account.currency)
    ).all()
    rates = rates_at(session, day)
    found = []
    for office, currency, amount in rows:
        cash, rate = Money(int(amount), currency), rates.get(currency)
        found.append(ForeignCash(office, cash, rate, translate(cash, rate) if rate else None))
    return found


def rates_at(session: Session, day: date) -> dict[str, Decimal]:
    """Baht a unit of each currency on `day`, as in `newest_rates`; THB is one."""
    rates = newest_rates(session, day).values()
    return {THB: Decimal(1)} | {rate.currency: rate.thb_per_unit for rate in rates}


def get_period(session: Session, period_id: UUID) -> Period:
    """One period. Raises NotFound."""
    return _found(session.get(Period, period_id))


def list_periods(session: Session, *, before: UUID | None = None) -> Page[Period]:
    """Newest first; `before` is the last id seen."""
    return Page(session.scalars(page_of(select(Period), Period.id, before)))


def find_last_period(session: Session) -> Period | None:
    """The one whose days are the latest."""
    return session.scalars(select(Period).order_by(Period.days.desc()).limit(1)).first()


def first_day(session: Session) -> date | None:
    """The first day on which anything is booked."""
    return session.scalar(select(func.min(Journal.effective_on)))


T = TypeVar("T")


def _found(row: T | None) -> T:
    if row is None:
        raise NotFound
    return row
