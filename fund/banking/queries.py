"""What finance reads about bank accounts and their statements."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, joinedload

from fund import keys
from fund.banking.models import BankAccount, BankLine, BankStatement
from fund.db import Page, page_of
from fund.errors import NotFound
from fund.ledger.models import Office

LINES_A_PAGE = 100


@dataclass(frozen=True)
class AccountStanding:
    """An account, its last recorded statement, and how many lines of it nothing explains yet."""

    account: BankAccount
    last: BankStatement | None
    open_count: int


def get_account(session: Session, account_id: UUID) -> BankAccount:
    """With its office. Raises NotFound."""
    account = session.get(BankAccount, account_id, options=[joinedload(BankAccount.office)])
    if account is None:
        raise NotFound
    return account


def get_statement(session: Session, statement_id: UUID) -> BankStatement:
    """With account and office; what was dropped is gone. Raises NotFound."""
    statement = session.get(
        BankStatement,
        statement_id,
        options=[joinedload(BankStatement.account).joinedload(BankAccount.office)],
    )
    if statement is None or statement.state == "dropped":
        raise NotFound
    return statement


def list_accounts(session: Session) -> list[AccountStanding]:
    """Every account, by office and name."""
    accounts = session.scalars(
        select(BankAccount)
        .join(BankAccount.office)
        .options(joinedload(BankAccount.office))
        .order_by(Office.code, BankAccount.name, BankAccount.id)
    ).all()
    newest = session.scalars(
        select(BankStatement)
        .where(BankStatement.state == "recorded")
        .ext(distinct_on(BankStatement.account_id))
        .order_by(BankStatement.account_id, BankStatement.last_on.desc(), BankStatement.id.desc())
    )
    last = {statement.account_id: statement for statement in newest}
    counted = session.execute(
        select(BankLine.account_id, func.count())
        .where(BankLine.state == "open")
        .group_by(BankLine.account_id)
    )
    open_counts: dict[UUID, int] = dict(counted.all())
    return [AccountStanding(a, last.get(a.id), open_counts.get(a.id, 0)) for a in accounts]


def list_statements(session: Session, *, before: UUID | None = None) -> Page[BankStatement]:
    """Files that wait or were recorded, newest first; `before` is the last id seen."""
    query = (
        select(BankStatement)
        .where(BankStatement.state != "dropped")
        .options(joinedload(BankStatement.account).joinedload(BankAccount.office))
    )
    return Page(session.scalars(page_of(query, BankStatement.id, before)))


def count_open(session: Session, statements: Sequence[BankStatement]) -> dict[UUID, int]:
    """Of each statement: how many of its lines nothing explains yet."""
    counted = session.execute(
        select(BankLine.statement_id, func.count())
        .where(BankLine.state == "open", BankLine.statement_id.in_([s.id for s in statements]))
        .group_by(BankLine.statement_id)
    )
    return dict(counted.all())


def list_lines(
    session: Session, statement: BankStatement, *, after: int = 0
) -> tuple[list[BankLine], bool]:
    """Its lines in the file's order, from behind position `after`; whether others follow."""
    rows = session.scalars(
        select(BankLine)
        .where(BankLine.statement_id == statement.id, BankLine.position > after)
        .options(joinedload(BankLine.account).joinedload(BankAccount.office))
        .order_by(BankLine.position)
        .limit(LINES_A_PAGE + 1)
    ).all()
    return list(rows[:LINES_A_PAGE]), len(rows) > LINES_A_PAGE


def open_texts(session: Session, lines: Sequence[BankLine]) -> dict[UUID, str]:
    """What the bank wrote on these lines; for the matching, or once a look is on record."""
    found = {}
    for line in lines:
        statement = session.get_one(BankStatement, line.statement_id)
        said = keys.unseal(session, statement.key_id, line.sealed_text, context=line.context)
        found[line.id] = json.loads(said)["text"]
    return found
