"""What every statement is worked out from: each account before, during and after the days.

Foreign money is translated account by account, at the newest rate that finance entered by the day
in question, and rounded to whole satang there, so that sums of translated figures agree.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.ledger.balances import Totals, totals_at, totals_between
from fund.ledger.models import OFFICE_ROLES, Account, Fund, Office, Rate
from fund.ledger.queries import newest_rates
from fund.ledger.statements.days import EARLIEST, LATEST, ONE_DAY, Days
from fund.money import THB, Money, translate

NOTHING = (0, 0)
Place = tuple[Account, Fund, Office | None]


@dataclass(frozen=True)
class AccountFigures:
    """One account, in minor units of its currency; what is net counts debits as above nothing."""

    account: Account
    fund: Fund
    office: Office | None
    opening: int
    debits: int
    credits: int

    @property
    def closing(self) -> int:
        return self.opening + self.debits - self.credits

    @property
    def change(self) -> int:
        """By how much the days made the fund richer, as far as this account tells."""
        return self.credits - self.debits

    @property
    def is_held(self) -> bool:
        """Whether it is something owned or owed; the others say where that came from."""
        return self.account.role in OFFICE_ROLES

    def money(self, amount_minor: int) -> Money:
        return Money(amount_minor, self.account.currency)


@dataclass(frozen=True)
class Figures:
    """Every account that ever moved, and the rates before the days and at their end."""

    days: Days
    accounts: Sequence[AccountFigures]
    rates_before: dict[str, Rate]
    rates: dict[str, Rate]
    funds: Sequence[Fund] = field(repr=False)

    def worth(self, figures: AccountFigures, amount_minor: int) -> int | None:
        """Satang, at the end of the days; None if no rate was entered by then."""
        return in_satang(figures.money(amount_minor), self.rates)

    def worth_before(self, figures: AccountFigures, amount_minor: int) -> int | None:
        """Satang, when the days began."""
        return in_satang(figures.money(amount_minor), self.rates_before)

    def of_fund(self, fund: Fund) -> "Figures":
        """The same, of one fund alone."""
        own = [a for a in self.accounts if a.fund.id == fund.id]
        return replace(self, accounts=own, funds=[fund])

    def of(self, *roles: str) -> Iterator[AccountFigures]:
        return (a for a in self.accounts if a.account.role in roles)

    def currencies(self) -> list[str]:
        """The foreign ones, in order."""
        return sorted({a.account.currency for a in self.accounts} - {THB})


def load(session: Session, days: Days) -> Figures:
    """Five queries, whatever the number of accounts.

    What moved is asked for, not what there was afterwards: so a journal that is posted meanwhile
    is counted once or not at all, and the statement is still one of a possible moment.
    """
    if days.before is None:
        before: Totals = {}
        moved = totals_at(session, None if days.last == LATEST else days.last)
    else:
        before = totals_at(session, days.before)
        moved = totals_between(session, days.before + ONE_DAY, days.last)
    query = (
        select(Account, Fund, Office)
        .join(Fund, Fund.id == Account.fund_id)
        .outerjoin(Office, Office.id == Account.office_id)
        .order_by(Fund.id, Account.currency, Office.code.nulls_last(), Account.code)
    )
    rows: list[Place] = [
        (account, fund, office) for account, fund, office in session.execute(query)
    ]
    return Figures(
        days,
        [
            _figures(place, before.get(place[0].id, NOTHING), moved.get(place[0].id, NOTHING))
            for place in rows
            if place[0].id in before or place[0].id in moved
        ],
        newest_rates(session, days.before or EARLIEST),
        newest_rates(session, days.last),
        list({fund.id: fund for _, fund, _ in rows}.values()),
    )


def _figures(place: Place, before: tuple[int, int], moved: tuple[int, int]) -> AccountFigures:
    return AccountFigures(*place, before[0] - before[1], *moved)


def in_satang(money: Money, rates: dict[str, Rate]) -> int | None:
    if money.currency == THB or not money:
        return money.amount_minor if money.currency == THB else 0
    rate = rates.get(money.currency)
    return translate(money, rate.thb_per_unit).amount_minor if rate else None


def by_fund(accounts: Iterable[AccountFigures]) -> dict[UUID, list[AccountFigures]]:
    found: dict[UUID, list[AccountFigures]] = {}
    for figures in accounts:
        found.setdefault(figures.fund.id, []).append(figures)
    return found
