"""Regular gifts, for the money's people: all of them, and each with what was asked of it."""

from uuid import UUID

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from fund import clock, i18n
from fund.db import reading
from fund.giving import queries
from fund.giving.choices import EVERY_NAMES, PLAN_STATE_NAMES
from fund.giving.views import plan_page
from fund.giving.views.room import blueprint
from fund.ledger.queries import fund_name, list_funds
from fund.permissions import Permission
from fund.web import current_actor, permit


@blueprint.get("/staff/plans")
@permit(Permission.READ_GIFTS)
def plan_list() -> str:
    """Regular gifts, newest first; and those that somebody should look at."""
    now, state, code = clock.now(), request.args.get("state", ""), request.args.get("fund", "")
    state = state if state in PLAN_STATE_NAMES else ""
    with reading() as session:
        funds = [(fund.code, fund_name(fund, i18n.language())) for fund in list_funds(session)]
        return render_template(
            "giving/plan_list.html",
            rows=queries.list_plans(
                session, state=state, fund=code, before=request.args.get("before", type=UUID)
            ),
            to_watch=queries.count_to_watch(session),
            state=state,
            fund=code,
            states=PLAN_STATE_NAMES,
            funds=funds,
            every=EVERY_NAMES,
            fund_name=fund_name,
            now=now,
        )


@blueprint.get("/staff/plans/<uuid:plan_id>")
@permit(Permission.READ_GIFTS)
def plan_show(plan_id: UUID) -> Response:
    """One regular gift: how it stands, what was asked of it, and what came by it."""
    return plan_page.answer(_page(plan_id))


@blueprint.post("/staff/plans/<uuid:plan_id>")
@permit(Permission.RECORD_GIFTS)
def plan_change(plan_id: UUID) -> Response:
    """Change it for a donor who wrote to us."""
    return plan_page.answer(_page(plan_id))


def _page(plan_id: UUID) -> plan_page.PlanPage:
    actor = current_actor()
    return plan_page.PlanPage(
        plan_id,
        actor,
        "giving/plan_show.html",
        lambda other: url_for("giving.plan_show", plan_id=other),
        has_card=False,
        names_donor=actor.may(Permission.RECORD_GIFTS),
    )
