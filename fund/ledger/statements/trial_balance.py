"""The trial balance: every account with a balance, or that moved, by fund and currency."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from fund.i18n import N_, gettext, language
from fund.ledger.choices import ROLE_NAMES
from fund.ledger.models import ROLES, Fund
from fund.ledger.queries import fund_name
from fund.ledger.statements import head
from fund.ledger.statements.days import Days
from fund.ledger.statements.figures import AccountFigures, load
from fund.ledger.statements.shape import Column, Row, Section, Statement, Value, to_account
from fund.money import Money


@dataclass(frozen=True)
class AccountBalance:
    """One account before, during and after some days; its balance on the side where it stands."""

    figures: AccountFigures

    @property
    def code(self) -> str:
        return self.figures.account.code

    @property
    def role_name(self) -> str:
        """A msgid."""
        return ROLE_NAMES[self.figures.account.role]

    @property
    def office(self) -> str | None:
        return self.figures.office.legal_name if self.figures.office else None

    @property
    def debit(self) -> Money:
        return self.figures.money(max(self.figures.closing, 0))

    @property
    def credit(self) -> Money:
        return self.figures.money(max(-self.figures.closing, 0))


@dataclass
class FundBalances:
    """The trial balance of one fund in one currency; both totals are equal in true books."""

    fund: Fund
    currency: str
    accounts: list[AccountBalance] = field(default_factory=list)

    @property
    def debits(self) -> Money:
        return self.sum(max(a.figures.closing, 0) for a in self.accounts)

    @property
    def credits(self) -> Money:
        return self.sum(max(-a.figures.closing, 0) for a in self.accounts)

    def sum(self, amounts: Iterable[int]) -> Money:
        return Money(sum(amounts), self.currency)


def balances(session: Session, days: Days) -> list[FundBalances]:
    """Accounts that have a balance at the end of the days, or that moved in them."""
    found: dict[tuple[UUID, str], FundBalances] = {}
    for figures in load(session, days).accounts:
        moved = days.first and (figures.debits or figures.credits)
        if figures.closing or moved:
            fund, currency = figures.fund, figures.account.currency
            part = found.setdefault((fund.id, currency), FundBalances(fund, currency))
            part.accounts.append(AccountBalance(figures))
    order = list(ROLES)
    for part in found.values():
        part.accounts.sort(key=lambda balance: order.index(balance.figures.account.role))
    return list(found.values())


@dataclass(frozen=True)
class Only:
    """Which accounts are asked for; whatever is empty leaves out none."""

    roles: Collection[str] = ()
    office: str = ""
    fund: str = ""

    def admits(self, figures: AccountFigures) -> bool:
        office = figures.office.code if figures.office else ""
        return (
            (not self.roles or figures.account.role in self.roles)
            and (not self.office or office == self.office)
            and (not self.fund or figures.fund.code == self.fund)
        )


def trial_balance(session: Session, days: Days, *, now: datetime, only: Only = Only()) -> Statement:
    """Balances at the end of the days; with a first day, what was before and what moved too."""
    parts = balances(session, days)
    for part in parts:
        part.accounts = [a for a in part.accounts if only.admits(a.figures)]
    moved = [N_("Before"), N_("Debits"), N_("Credits")] if days.first else []
    money = [*moved, N_("Debit balance"), N_("Credit balance")]
    return Statement(
        head.make(session, "trial-balance", N_("Trial balance"), days, now),
        (
            Column(gettext("Account")),
            Column(gettext("Office")),
            *(Column(gettext(title), "money") for title in money),
        ),
        [_section(part, days) for part in parts if part.accounts],
    )


def _section(part: FundBalances, days: Days) -> Section:
    return Section(
        f"{fund_name(part.fund, language())}, {part.currency}",
        [
            *(
                Row(
                    (gettext(a.role_name), a.office, *_figures(a, days)),
                    to_account(a.figures.account.id, days),
                )
                for a in part.accounts
            ),
            Row((gettext("Total"), None, *_totals(part, days)), is_total=True),
        ],
        part.currency,
    )


def _figures(balance: AccountBalance, days: Days) -> Sequence[Value]:
    figures = balance.figures
    moved = [figures.opening, figures.debits, figures.credits] if days.first else []
    sides = [balance.debit or None, balance.credit or None]
    return [*map(figures.money, moved), *sides]


def _totals(part: FundBalances, days: Days) -> Sequence[Value]:
    figures = [a.figures for a in part.accounts]
    moved = [
        part.sum(f.opening for f in figures),
        part.sum(f.debits for f in figures),
        part.sum(f.credits for f in figures),
    ]
    return [*(moved if days.first else []), part.debits, part.credits]
