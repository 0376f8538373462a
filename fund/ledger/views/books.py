"""What each fund has, and every journal."""

from uuid import UUID

from flask import render_template, request
from sqlalchemy.orm import Session

from fund import clock, i18n
from fund.audit import queries as audit
from fund.db import reading
from fund.ledger import queries, statements
from fund.ledger.choices import KIND_NAMES
from fund.ledger.statements import Days
from fund.ledger.statements.files import FORMATS
from fund.ledger.views.asked import all_days, asked_days, kept, wanted
from fund.ledger.views.room import blueprint, fund_name
from fund.permissions import Permission
from fund.web import permit


@blueprint.get("")
@permit(Permission.READ_LEDGER)
def balances() -> str:
    """What each fund has, and the trial balance."""
    with reading() as session:
        return render_template(
            "ledger/balances.html",
            available=queries.list_available(session, now=clock.now()),
            foreign=queries.list_foreign_cash(session, clock.bangkok_day(clock.now())),
            parts=statements.balances(session, statements.EVERYTHING),
            now=clock.now(),
        )


@blueprint.get("/journals")
@permit(Permission.READ_LEDGER)
def journal_list() -> str:
    """Every journal, newest first, or those of some days, a kind, a fund or an office."""
    asked = asked_days(all_days)
    with reading() as session:
        return render_template(
            "ledger/journal_list.html",
            journals=statements.list_journals(
                session, wanted(asked.days), before=request.args.get("before", type=UUID)
            ),
            head=statements.journal_head(session, asked.days, now=asked.now),
            problem=asked.problem,
            presets=statements.presets(asked.today),
            kept=kept("kind", "fund", "office"),
            kinds=i18n.options(KIND_NAMES),
            funds=[(fund.code, fund_name(fund)) for fund in queries.list_funds(session)],
            offices=[(office.code, office.legal_name) for office in queries.list_offices(session)],
            is_too_long=_is_too_long(session, asked.days),
            file_values={
                "name": "journal",
                **kept("kind", "fund", "office"),
                **asked.days.values(),
            },
        )


def _is_too_long(session: Session, days: Days) -> bool:
    """Whether these are too many journals for a paper."""
    most = FORMATS["pdf"].most
    return statements.count_journals(session, wanted(days), most=most) > most


@blueprint.get("/journals/<uuid:journal_id>")
@permit(Permission.READ_LEDGER)
def journal_show(journal_id: UUID) -> str:
    """One journal with its transfers and its place in the log."""
    with reading() as session:
        return render_template(
            "ledger/journal_show.html",
            journal=statements.get_journal(session, journal_id),
            events=audit.list_events(session, [("journal", journal_id)]),
            reversed_by_id=queries.find_reversal_id(session, journal_id),
        )
