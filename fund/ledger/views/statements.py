"""The statements, for any past day or range of days."""

from uuid import UUID

from flask import render_template, request

from fund import i18n
from fund.db import Page, reading
from fund.errors import Refused
from fund.ledger import queries, statements
from fund.ledger.statements import Key, OpenHold, Statement
from fund.ledger.statements.files import FORMATS
from fund.ledger.views.asked import Asked, asked_days, kept, only, this_year, to_today
from fund.ledger.views.room import blueprint
from fund.permissions import Permission
from fund.web import permit


@blueprint.get("/statements")
@permit(Permission.READ_LEDGER)
def statement_list() -> str:
    """Which statements there are."""
    with reading() as session:
        return render_template("ledger/statement_list.html", funds=queries.list_funds(session))


@blueprint.get("/statements/trial-balance")
@permit(Permission.READ_LEDGER)
def trial_balance() -> str:
    """Every account; with a first day also what it held before and what moved."""
    asked = asked_days(to_today)
    with reading() as session:
        statement = statements.trial_balance(session, asked.days, now=asked.now, only=only())
        return _page(
            "trial_balance", statement, asked, kept("role", "office", "fund"), name="trial-balance"
        )


@blueprint.get("/statements/position")
@permit(Permission.READ_LEDGER)
def position() -> str:
    """What is owned and owed at the end of a day."""
    asked = asked_days(to_today)
    with reading() as session:
        statement = statements.position(session, asked.days, now=asked.now)
        return _page("position", statement, asked, {}, one_day=True, name="position")


@blueprint.get("/statements/activities")
@permit(Permission.READ_LEDGER)
def activities() -> str:
    """How net assets changed."""
    asked = asked_days(this_year)
    with reading() as session:
        statement = statements.activities(session, asked.days, now=asked.now)
        return _page("activities", statement, asked, {}, name="activities")


@blueprint.get("/statements/funds/<code>")
@permit(Permission.READ_LEDGER)
def fund_report(code: str) -> str:
    """One fund: what came, what went, what is promised, what is available."""
    asked = asked_days(this_year)
    with reading() as session:
        fund = queries.get_fund(session, code)
        statement = statements.fund_report(session, fund, asked.days, now=asked.now)
        holds = statements.list_open_holds(
            session, fund.id, asked.days, before=request.args.get("before", type=UUID)
        )
        return _page(
            "fund_report", statement, asked, {}, holds=holds, name="fund-report", fund=fund.code
        )


@blueprint.get("/accounts/<uuid:account_id>")
@permit(Permission.READ_LEDGER)
def account_show(account_id: UUID) -> str:
    """One account, line by line, with its running balance."""
    asked = asked_days(to_today)
    newest_first = request.args.get("order") != "oldest"
    problem, after, most = asked.problem, None, FORMATS["pdf"].most
    try:
        after = Key.read(request.args["after"]) if request.args.get("after") else None
    except Refused as refusal:
        problem = i18n.refusal_text(refusal)
    with reading() as session:
        page = statements.account_page(
            session,
            account_id,
            asked.days,
            now=asked.now,
            newest_first=newest_first,
            after=after,
        )
        return render_template(
            "ledger/account_show.html",
            page=page,
            statement=page.statement,
            newest_first=newest_first,
            after=after,
            problem=problem,
            presets=statements.presets(asked.today),
            kept=kept("order"),
            is_too_long=statements.count_lines(session, account_id, asked.days, most=most) > most,
            file_values={"name": "account", "account": account_id, **asked.days.values()},
        )


def _page(
    template: str,
    statement: Statement,
    asked: Asked,
    narrowed: dict[str, str],
    *,
    one_day: bool = False,
    holds: Page[OpenHold] | None = None,
    **file: str,
) -> str:
    """The page of one statement.

    `narrowed` goes on in every link, `file` names what to keep, `one_day`: only the last counts,
    `holds` stand beneath.
    """
    return render_template(
        f"ledger/{template}.html",
        statement=statement,
        problem=asked.problem,
        presets=(statements.ends if one_day else statements.presets)(asked.today),
        one_day=one_day,
        holds=holds,
        kept=narrowed,
        file_values={**file, **narrowed, **asked.days.values()},
    )
