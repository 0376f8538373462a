"""A regular gift's own page, which the link in each mail about it opens."""

from uuid import UUID

from flask import url_for
from werkzeug.wrappers import Response

from fund import signed
from fund.db import reading
from fund.errors import NotFound
from fund.giving import queries
from fund.giving.plans.mailing import KEEP
from fund.giving.views import plan_page
from fund.giving.views.room import blueprint
from fund.permissions import Actor
from fund.web import public


@blueprint.route("/give/regular/<token>", methods=["GET", "POST"])
@public
def plan_keep(token: str) -> Response:
    """How the regular gift stands, and what its donor may change of it."""
    plan_id = signed.read(KEEP, token)
    if plan_id is None:
        raise NotFound
    with reading() as session:
        owner_id = queries.get_plan(session, plan_id).plan.owner_id
    actor = Actor("donor", owner_id)
    return plan_page.answer(plan_page.PlanPage(plan_id, actor, "giving/plan_keep.html", _address))


def _address(plan_id: UUID) -> str:
    return url_for("giving.plan_keep", token=signed.write(KEEP, plan_id))
