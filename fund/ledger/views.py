"""The books, to read: balances by fund, and every journal."""

from uuid import UUID

from flask import Blueprint, render_template, request

from fund import clock, i18n
from fund.audit import queries as audit
from fund.db import reading
from fund.i18n import N_
from fund.ledger import queries, statements
from fund.ledger.models import Fund
from fund.permissions import Permission
from fund.web import NavEntry, permit

blueprint = Blueprint("ledger", __name__, url_prefix="/staff/ledger")

NAVIGATION: list[NavEntry] = [NavEntry("ledger.balances", N_("Books"), Permission.READ_LEDGER)]


@blueprint.get("")
@permit(Permission.READ_LEDGER)
def balances() -> str:
    """What each fund has, and the trial balance."""
    with reading() as session:
        return render_template(
            "ledger/balances.html",
            available=queries.list_available(session, now=clock.now()),
            parts=statements.trial_balance(session),
            fund_name=_fund_name,
            now=clock.now(),
        )


@blueprint.get("/journals")
@permit(Permission.READ_LEDGER)
def journal_list() -> str:
    """Every journal, newest first."""
    with reading() as session:
        journals = statements.list_journals(session, before=request.args.get("before", type=UUID))
        return render_template("ledger/journal_list.html", journals=journals, fund_name=_fund_name)


@blueprint.get("/journals/<uuid:journal_id>")
@permit(Permission.READ_LEDGER)
def journal_show(journal_id: UUID) -> str:
    """One journal with its transfers and its place in the log."""
    with reading() as session:
        return render_template(
            "ledger/journal_show.html",
            journal=statements.get_journal(session, journal_id),
            events=audit.list_events(session, [("journal", journal_id)]),
            fund_name=_fund_name,
        )


def _fund_name(fund: Fund) -> str:
    return queries.fund_name(fund, i18n.language())
