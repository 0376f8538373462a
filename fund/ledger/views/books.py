"""What each fund has, and every journal."""

from uuid import UUID

from flask import render_template, request

from fund import clock
from fund.audit import queries as audit
from fund.db import reading
from fund.ledger import queries, statements
from fund.ledger.views.room import blueprint
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
            parts=statements.trial_balance(session),
            now=clock.now(),
        )


@blueprint.get("/journals")
@permit(Permission.READ_LEDGER)
def journal_list() -> str:
    """Every journal, newest first."""
    with reading() as session:
        journals = statements.list_journals(session, before=request.args.get("before", type=UUID))
        return render_template("ledger/journal_list.html", journals=journals)


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
