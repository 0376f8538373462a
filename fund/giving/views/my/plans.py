"""A donor's regular gift."""

from uuid import UUID

from flask import url_for
from werkzeug.wrappers import Response

from fund.db import reading
from fund.giving import queries
from fund.giving.views import plan_page
from fund.giving.views.room import blueprint
from fund.web import current_donor, donor_only


@blueprint.route("/my/plans/<uuid:plan_id>", methods=["GET", "POST"])
@donor_only
def my_plan(plan_id: UUID) -> Response:
    """How the regular gift stands, and what may be changed of it."""
    donor = current_donor()
    with reading() as session:
        queries.get_plan_of(session, donor.donor_id, plan_id)
    return plan_page.answer(plan_page.PlanPage(plan_id, donor, "giving/my_plan.html", _address))


def _address(plan_id: UUID) -> str:
    return url_for("giving.my_plan", plan_id=plan_id)
