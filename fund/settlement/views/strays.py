"""Subscriptions at Stripe that no plan knows of, for finance to see to."""

from flask import render_template, url_for
from werkzeug.wrappers import Response

from fund import clock
from fund.db import reading
from fund.giving import plans
from fund.giving.choices import STRAY_STATE_NAMES
from fund.giving.queries import list_strays
from fund.permissions import Permission
from fund.settlement.views.room import blueprint
from fund.web import current_actor, permit, posting


@blueprint.get("/staff/settlement/subscriptions")
@permit(Permission.READ_SETTLEMENT)
def stray_list() -> str:
    """Who was billed without a plan of ours; first what waits for somebody."""
    with reading() as session:
        return render_template(
            "settlement/stray_list.html",
            waiting=list_strays(session, is_noted=False),
            noted=list_strays(session, is_noted=True),
            states=STRAY_STATE_NAMES,
        )


@blueprint.post("/staff/settlement/subscriptions/<subscription_id>/seen")
@permit(Permission.WORK_ALERTS)
def stray_seen(subscription_id: str) -> Response:
    """Finance saw to it."""
    with posting() as post:
        plans.note_seen(post.session, subscription_id, actor=current_actor(), now=clock.now())
        return post.redirect(url_for("settlement.stray_list"))
