"""What finance reads about bank accounts and their statements."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, joinedload

from fund import keys
from fund.banking.models import BankAccount, BankLine, BankMatch, BankStatement
from fund.banking.suggesting import Suggestion, suggest
from fund.banking.targets import Target, list_targets
from fund.db import Page, page_of
from fund.errors import NotFound
from fund.i18n import N_
from fund.ledger.models import Journal, Office
from fund.permissions import Actor, Permission
from fund.waiting import Waiting

LINES_A_PAGE = 100
MOST_SUGGESTED = 200  # what one press confirms


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


def get_line(session: Session, line_id: UUID) -> BankLine:
    """With statement, account and office; one that was undone is gone. Raises NotFound."""
    line = session.get(
        BankLine,
        line_id,
        options=[
            joinedload(BankLine.statement),
            joinedload(BankLine.account).joinedload(BankAccount.office),
        ],
    )
    if line is None or line.state == "undone":
        raise NotFound
    return line


def list_open(session: Session, statement: BankStatement) -> list[BankLine]:
    """Its open lines, the first ones of many."""
    return list(
        session.scalars(
            select(BankLine)
            .where(BankLine.statement_id == statement.id, BankLine.state == "open")
            .options(joinedload(BankLine.account).joinedload(BankAccount.office))
            .order_by(BankLine.position)
            .limit(MOST_SUGGESTED)
        )
    )


def list_suggestions(session: Session, lines: Sequence[BankLine]) -> list[Suggestion]:
    """What each of these open lines of one office is, where that is clear."""
    if not lines:
        return []
    days = [line.booked_on for line in lines]
    targets = list_targets(session, lines[0].account.office, min(days), max(days))
    return suggest(lines, open_texts(session, lines), targets)


def targets_for(session: Session, line: BankLine) -> list[Target]:
    """What may be this line or a part of it: what goes its way, its own amount first."""
    found = list_targets(session, line.account.office, line.booked_on, line.booked_on)
    same_way = [t for t in found if (t.amount_minor > 0) == (line.amount_minor > 0)]
    return sorted(
        (t for t in same_way if t.kind != "return" or t.amount_minor == line.amount_minor),
        key=lambda t: (t.amount_minor != line.amount_minor, abs(t.on - line.booked_on)),
    )


def list_matches(
    session: Session, line_ids: Sequence[UUID]
) -> dict[UUID, list[tuple[BankMatch, Journal | None]]]:
    """What is said of each line now, and the journal that it means."""
    rows = session.execute(
        select(BankMatch, Journal)
        .outerjoin(Journal, Journal.id == BankMatch.journal_id)
        .where(BankMatch.line_id.in_(line_ids), BankMatch.undone_at.is_(None))
        .order_by(BankMatch.id)
    )
    found: dict[UUID, list[tuple[BankMatch, Journal | None]]] = {}
    for match, journal in rows:
        found.setdefault(match.line_id, []).append((match, journal))
    return found


def list_waiting(session: Session, actor: Actor, *, now: datetime) -> list[Waiting]:  # noqa: ARG001
    """Statements with lines that nothing explains yet."""
    if not actor.may(Permission.MATCH_LINES):
        return []
    return [
        Waiting(
            section=N_("Find in the books"),
            title=N_("Lines of %(account)s: %(count)s"),
            endpoint="banking.statement_list",
            action=N_("Match"),
            params={"account": standing.account.name, "count": standing.open_count},
        )
        for standing in list_accounts(session)
        if standing.open_count
    ]
