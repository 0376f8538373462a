"""The auditor's trail: what the log holds about one award, from application to evidence."""

from uuid import UUID

from flask import render_template, request

from fund.awards import queries as awards
from fund.awards.choices import AWARD_STATES
from fund.db import reading
from fund.permissions import Permission
from fund.reports import trail as reports
from fund.reports.views.blueprint import blueprint
from fund.web import current_actor, permit


@blueprint.get("/staff/trail")
@permit(Permission.READ_TRAIL)
def trail() -> str:
    """The awards, newest first."""
    with reading() as session:
        rows = awards.list_awards(
            session, current_actor(), before=request.args.get("before", type=UUID)
        )
        return render_template("reports/trail.html", rows=rows, states=AWARD_STATES)


@blueprint.get("/staff/trail/awards/<uuid:award_id>")
@permit(Permission.READ_TRAIL)
def award_trail(award_id: UUID) -> str:
    """Every event of one award, oldest first, with its journals and the proof of each."""
    with reading() as session:
        return render_template(
            "reports/award_trail.html",
            trail=reports.get_trail(session, award_id, actor=current_actor()),
            states=AWARD_STATES,
        )
