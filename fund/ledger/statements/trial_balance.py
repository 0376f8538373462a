"""The trial balance: every account with a balance, now or at the end of any day."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.ledger.balances import totals_at
from fund.ledger.choices import ROLE_NAMES
from fund.ledger.models import ROLES, Account, Fund, Office
from fund.money import Money


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
    nets = {
        account_id: debits - credits_
        for account_id, (debits, credits_) in totals_at(session, as_of).items()
        if debits != credits_
    }
    rows = session.execute(
        select(Fund, Account, Office.legal_name)
        .join(Account, Account.fund_id == Fund.id)
        .outerjoin(Office, Office.id == Account.office_id)
        .where(Account.id.in_(nets))
        .order_by(Fund.id, Account.currency, Office.code.nulls_last())
    )
    found: dict[tuple[UUID, str], FundBalances] = {}
    for fund, account, office in rows:
        part = found.setdefault((fund.id, account.currency), FundBalances(fund, account.currency))
        part.accounts.append(_balance(account, office, nets[account.id]))
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
