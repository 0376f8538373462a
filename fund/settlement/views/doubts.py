"""Disputes to answer, and risky gifts to look at."""

from flask import abort, render_template, url_for
from werkzeug.wrappers import Response

from fund import clock
from fund.db import reading
from fund.permissions import Permission
from fund.settlement import operations, queries, schemas
from fund.settlement.choices import (
    ALERT_DECISIONS,
    ALERT_KINDS,
    CATEGORIES,
    DISPUTE_REASONS,
    DISPUTE_STATES,
    NOTES,
)
from fund.settlement.views.room import blueprint
from fund.web import current_actor, load_form, permit, posting


@blueprint.get("/staff/settlement/disputes")
@permit(Permission.READ_SETTLEMENT)
def dispute_list() -> str:
    """What a bank or Stripe doubts: first what waits for somebody."""
    with reading() as session:
        return render_template(
            "settlement/dispute_list.html",
            to_answer=queries.list_to_answer(session),
            disputes=queries.list_disputes(session),
            open_alerts=queries.list_open_alerts(session),
            alerts=queries.list_alerts(session),
            states=DISPUTE_STATES,
            reasons=DISPUTE_REASONS,
            kinds=ALERT_KINDS,
            decisions=ALERT_DECISIONS,
        )


@blueprint.get("/staff/settlement/disputes/<dispute_id>")
@permit(Permission.READ_SETTLEMENT)
def dispute_show(dispute_id: str) -> str:
    """One dispute: why, by when, what it did to the balance."""
    with reading() as session:
        row = queries.get_dispute(session, dispute_id)
        return render_template(
            "settlement/dispute_show.html",
            row=row,
            dispute=row.dispute,
            lines=queries.list_lines_of(session, dispute_id),
            states=DISPUTE_STATES,
            reasons=DISPUTE_REASONS,
            notes=NOTES,
            categories=CATEGORIES,
        )


@blueprint.post("/staff/settlement/disputes/<dispute_id>/note")
@permit(Permission.WORK_ALERTS)
def dispute_note(dispute_id: str) -> Response:
    """Finance saw to it at Stripe."""
    form = load_form(schemas.DisputeNoteSchema())
    if form.errors:
        abort(400)
    with posting() as post:
        operations.note_dispute(
            post.session,
            dispute_id,
            noted_as=form.data["noted_as"],
            actor=current_actor(),
            now=clock.now(),
        )
        return post.redirect(url_for("settlement.dispute_show", dispute_id=dispute_id))


@blueprint.post("/staff/settlement/alerts/<alert_id>/keep")
@permit(Permission.WORK_ALERTS)
def alert_keep(alert_id: str) -> Response:
    """Finance keeps a risky gift."""
    with posting() as post:
        operations.keep_gift(post.session, alert_id, actor=current_actor(), now=clock.now())
        return post.redirect(url_for("settlement.dispute_list"))
