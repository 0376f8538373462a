"""A gift each month or year: to Stripe's page and back, and what became of it."""

from uuid import UUID

from flask import make_response, render_template, url_for
from werkzeug.wrappers import Response

from fund import clock, i18n
from fund.db import reading
from fund.errors import Refused, Unavailable
from fund.giving import plans, queries
from fund.giving.choices import EVERY_NAMES
from fund.giving.plans import checkout as plan_checkout_way
from fund.giving.views import gate
from fund.giving.views.room import blueprint, fresh
from fund.ledger.queries import fund_name
from fund.web import posting, public


@blueprint.get("/give/monthly/<uuid:plan_id>/checkout")
@public
def plan_checkout(plan_id: UUID) -> Response:
    """On to Stripe's page for this plan."""
    return gate.lead_to_stripe(
        plan_id,
        "plan_id",
        plans.open_checkout,
        plan_checkout_way.prepare_checkout,
        back_at="giving.plan_thanks",
    )


@blueprint.get("/give/monthly/<uuid:plan_id>")
@public
def plan_thanks(plan_id: UUID) -> Response:
    """What became of the plan: begun, or not completed. Never asks for a payment twice."""
    is_stripe_silent = False
    try:
        plans.ask_stripe(plan_id, now=clock.now())
    except (Unavailable, Refused):
        is_stripe_silent = True
    with reading() as session:
        row = queries.get_plan(session, plan_id)
        page = render_template(
            "giving/plan_thanks.html",
            row=row,
            every=EVERY_NAMES[row.plan.every],
            fund=fund_name(row.fund, i18n.language()),
            gifts=queries.list_gifts(session, plan_id=plan_id),
            state="silent" if is_stripe_silent else row.plan.state,
            seconds=gate.ASK_AGAIN_SECONDS,
        )
        return fresh(make_response(page))


@blueprint.post("/give/monthly/<uuid:plan_id>/again")
@public
def plan_retry(plan_id: UUID) -> Response:
    """Begin the same plan anew, after Stripe said that its page was left too long."""
    with posting() as post:
        plans.retry_plan(post.session, plan_id, now=clock.now())
        return post.redirect(url_for("giving.plan_checkout", plan_id=plan_id))
