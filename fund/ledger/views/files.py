"""Statements to keep: CSV, XLSX and PDF."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from flask import Response, request, send_file
from sqlalchemy.orm import Session

from fund import clock
from fund.db import reading
from fund.errors import NotFound, Refused
from fund.ledger import queries, statements
from fund.ledger.statements import Days, Statement, files
from fund.ledger.views.asked import all_days, only, this_year, to_today, wanted
from fund.ledger.views.room import blueprint
from fund.permissions import Permission
from fund.web import permit


@blueprint.get("/files/<name>.<suffix>")
@permit(Permission.READ_LEDGER)
def statement_file(name: str, suffix: str) -> Response:
    """The statement `name`, narrowed by the address as its page is."""
    if name not in STATEMENTS or suffix not in files.FORMATS:
        raise NotFound
    form, now = files.FORMATS[suffix], clock.now()
    build, default = STATEMENTS[name]
    days = statements.read_days(request.args, default(clock.bangkok_day(now)))
    with reading() as session:
        statement = build(session, days, now, form.most)
        made = files.make(statement, form)
    return send_file(
        made, form.mimetype, as_attachment=True, download_name=files.name(statement, form)
    )


def _trial_balance(session: Session, days: Days, now: datetime, _most: int) -> Statement:
    return statements.trial_balance(session, days, now=now, only=only())


def _position(session: Session, days: Days, now: datetime, _most: int) -> Statement:
    return statements.position(session, days, now=now)


def _activities(session: Session, days: Days, now: datetime, _most: int) -> Statement:
    return statements.activities(session, days, now=now)


def _fund_report(session: Session, days: Days, now: datetime, _most: int) -> Statement:
    fund = queries.get_fund(session, request.args.get("fund", ""))
    return statements.fund_report(session, fund, days, now=now)


def _account(session: Session, days: Days, now: datetime, most: int) -> Statement:
    account_id = request.args.get("account", type=UUID)
    if account_id is None:
        raise NotFound
    _hold_to(most, statements.count_lines(session, account_id, days, most=most))
    return statements.whole_account(session, account_id, days, now=now)


def _journal(session: Session, days: Days, now: datetime, most: int) -> Statement:
    asked = wanted(days)
    _hold_to(most, statements.count_journals(session, asked, most=most))
    return statements.whole_journal(session, asked, days, now=now)


def _hold_to(most: int, count: int) -> None:
    if count > most:
        raise Refused("too_long_for_file", most=f"{most:,}")


Build = Callable[[Session, Days, datetime, int], Statement]

# What builds each, and which days are meant where the address names none, as on its page.
STATEMENTS: dict[str, tuple[Build, Callable[[date], Days]]] = {
    "trial-balance": (_trial_balance, to_today),
    "position": (_position, to_today),
    "activities": (_activities, this_year),
    "fund-report": (_fund_report, this_year),
    "account": (_account, to_today),
    "journal": (_journal, all_days),
}
