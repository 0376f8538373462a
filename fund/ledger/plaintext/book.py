"""The book as the writers read it: journals in order of their days, accounts by name."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from sqlalchemy import Result, Row, select
from sqlalchemy.orm import Session

from fund.audit.events import instant
from fund.ledger.choices import KIND_NAMES
from fund.ledger.models import Account, Fund, Journal, Office, Transfer
from fund.ledger.plaintext.names import unique_names
from fund.money import Money

BATCH = 2_000


@dataclass(frozen=True)
class PlainAccount:
    """An account; `name` is valid in Beancount and hledger, and no other account has it."""

    id: UUID
    name: str
    code: str
    currency: str


@dataclass(frozen=True)
class PlainLine:
    """One transfer: `amount` from the credit to the debit account."""

    debit: PlainAccount
    credit: PlainAccount
    amount: Decimal


@dataclass(frozen=True)
class PlainJournal:
    """A journal with its lines; `title` is in English, as the syntaxes are."""

    id: UUID
    title: str
    effective_on: date
    occurred_on: date
    recorded_at: datetime
    kind: str
    source: str
    key: str
    actor: str
    reverses_id: UUID | None
    concerns: str | None
    lines: list[PlainLine]

    def facts(self) -> dict[str, str]:
        """What stands beside the journal, by name; the true day only where it is another one."""
        facts = {
            "journal": str(self.id),
            "kind": self.kind,
            "source": self.source,
            "key": self.key,
            "recorded": instant(self.recorded_at),
            "actor": self.actor,
        }
        if self.reverses_id is not None:
            facts["reverses"] = str(self.reverses_id)
        if self.concerns is not None:
            facts["concerns"] = self.concerns
        if self.occurred_on != self.effective_on:
            facts["occurred"] = self.occurred_on.isoformat()
        return facts


@dataclass
class PlainBook:
    """All that was booked up to the end of the day `as_of`; None: all.

    The journals are asked for first: an account that is opened meanwhile is one too many, never
    one too few. While they are read, `balances` adds up what each account comes to.
    """

    session: Session
    as_of: date | None = None
    accounts: dict[UUID, PlainAccount] = field(init=False)
    balances: dict[UUID, Decimal] = field(init=False)
    last_on: date | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._rows = self._ask()
        self.accounts = _accounts(self.session)
        self.balances = defaultdict(Decimal)

    def journals(self) -> Iterator[PlainJournal]:
        """In order of their days, once."""
        for _id, rows in groupby(self._rows, key=lambda row: row.id):
            journal = self._journal(list(rows))
            for line in journal.lines:
                self.balances[line.debit.id] += line.amount
                self.balances[line.credit.id] -= line.amount
            self.last_on = journal.effective_on
            yield journal

    def close(self) -> None:
        """End the reading, wherever it is."""
        self._rows.close()

    def _journal(self, rows: list[Row[*tuple[object, ...]]]) -> PlainJournal:
        first = rows[0]
        lines = [
            PlainLine(
                self.accounts[row.debit_account_id],
                self.accounts[row.credit_account_id],
                Money(row.amount_minor, row.currency).decimal(),
            )
            for row in rows
        ]
        return PlainJournal(
            first.id,
            KIND_NAMES.get(first.kind, first.kind),
            first.effective_on,
            first.occurred_on,
            first.recorded_at,
            first.kind,
            first.source,
            first.idempotency_key,
            first.actor,
            first.reverses_id,
            first.concerns,
            lines,
        )

    def _ask(self) -> Result[*tuple[object, ...]]:
        query = (
            select(
                Journal.id,
                Journal.effective_on,
                Journal.occurred_on,
                Journal.recorded_at,
                Journal.kind,
                Journal.source,
                Journal.idempotency_key,
                Journal.actor,
                Journal.reverses_id,
                Journal.concerns,
                Transfer.debit_account_id,
                Transfer.credit_account_id,
                Transfer.amount_minor,
                Transfer.currency,
            )
            .join(Transfer, Transfer.journal_id == Journal.id)
            .order_by(Journal.effective_on, Journal.id, Transfer.position)
            .execution_options(yield_per=BATCH)  # a cursor of the server: one moment, little memory
        )
        if self.as_of is not None:
            query = query.where(Journal.effective_on <= self.as_of)
        return self.session.execute(query)


def _accounts(session: Session) -> dict[UUID, PlainAccount]:
    rows = session.execute(
        select(
            Account.id,
            Account.code,
            Account.role,
            Account.currency,
            Office.code.label("office"),
            Fund.code.label("fund"),
        )
        .join(Fund, Fund.id == Account.fund_id)
        .outerjoin(Office, Office.id == Account.office_id)
        .order_by(Account.code)
    ).all()
    names = unique_names((row.role, row.office, row.fund, row.currency) for row in rows)
    return {
        row.id: PlainAccount(row.id, name, row.code, row.currency)
        for row, name in zip(rows, names, strict=True)
    }
