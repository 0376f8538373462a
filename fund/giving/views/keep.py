"""A regular gift's own page, which the link in each mail about it opens."""

from typing import Any
from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fund import clock, i18n, signed
from fund.db import reading
from fund.errors import NotFound
from fund.giving import plans, queries
from fund.giving.choices import CHANGE_NAMES, CHANGE_STATE_NAMES, EVERY_NAMES, PLAN_STATE_NAMES
from fund.giving.models import Plan
from fund.giving.plans.changing import LAST_DAY
from fund.giving.plans.mailing import KEEP
from fund.giving.schemas import PlanChangeSchema
from fund.giving.views.room import blueprint, fresh
from fund.ledger.queries import fund_name, list_open_funds
from fund.money import BadAmount, parse_money
from fund.permissions import Actor
from fund.schemas import AMOUNT_TEXTS
from fund.web import Form, load_form, posting, public


@blueprint.route("/give/regular/<token>", methods=["GET", "POST"])
@public
def plan_keep(token: str) -> Response:
    """How the regular gift stands, and what its donor may change of it."""
    plan_id = _read(token)
    if request.method == "GET":
        return _page(token, plan_id, Form())
    form = load_form(PlanChangeSchema())
    with reading() as session:
        plan = queries.get_plan(session, plan_id).plan
        owner_id = plan.owner_id
    after = {} if form.errors else _after(form, plan)
    if not form.errors:
        with form.attempt(), posting() as post:
            plans.ask_change(
                post.session,
                plan_id,
                kind=form.data["kind"],
                after=after,
                actor=Actor("donor", owner_id),
                now=clock.now(),
            )
            return post.redirect(url_for("giving.plan_keep", token=token))
    return _page(token, plan_id, form, 422)


@blueprint.post("/give/regular/<token>/card")
@public
def plan_card(token: str) -> Response:
    """On to Stripe's page for another card, and back here."""
    plan_id, path = _read(token), url_for("giving.plan_keep", token=token)
    with reading() as session:
        owner_id = queries.get_plan(session, plan_id).plan.owner_id
    address = plans.open_card_page(plan_id, path=path, actor=Actor("donor", owner_id))
    return redirect(address, 303)


def _read(token: str) -> UUID:
    plan_id = signed.read(KEEP, token)
    if plan_id is None:
        raise NotFound
    return plan_id


def _after(form: Form, plan: Plan) -> dict[str, Any]:
    """What is wished for, as `ask_change` takes it; a fault is said beside its field."""
    match form.data["kind"]:
        case "amount":
            try:
                amount = parse_money(form.data["amount"], plan.currency)
            except BadAmount as fault:
                form.errors["amount"] = [i18n.gettext(AMOUNT_TEXTS[fault.code])]
                return {}
            return {"amount_minor": amount.amount_minor}
        case "day":
            return {"day": int(form.data["day"] or 0)}
        case "fund":
            return {"fund": form.data["fund"]}
    return {}


def _page(token: str, plan_id: UUID, form: Form, status: int = 200) -> Response:
    language = i18n.language()
    with reading() as session:
        row = queries.get_plan(session, plan_id)
        changes = queries.list_changes(session, plan_id)
        page = render_template(
            "giving/plan_keep.html",
            form=form,
            row=row,
            token=token,
            every=EVERY_NAMES[row.plan.every],
            state=PLAN_STATE_NAMES[row.plan.state],
            fund=fund_name(row.fund, language),
            funds=[(f.code, fund_name(f, language)) for f in list_open_funds(session)],
            days=[(day, day) for day in range(1, LAST_DAY + 1)],
            change=changes[0] if changes else None,
            kinds=CHANGE_NAMES,
            states=CHANGE_STATE_NAMES,
            gifts=queries.list_gifts(session, plan_id=plan_id),
        )
    answer = fresh(make_response(page, status))
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
