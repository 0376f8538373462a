"""A regular gift's page: how it stands, and what may be changed of it, wherever it is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fund import clock, i18n
from fund.db import reading
from fund.giving import plans, queries
from fund.giving.choices import (
    CHANGE_NAMES,
    CHANGE_STATE_NAMES,
    EVERY_NAMES,
    PLAN_METHOD_NAMES,
    PLAN_STATE_NAMES,
    STATE_NAMES,
)
from fund.giving.donors import find_person
from fund.giving.models import Plan
from fund.giving.offices import CARD
from fund.giving.plans.dates import LAST_DAY
from fund.giving.queries import PlanRow
from fund.giving.schemas import PlanChangeSchema
from fund.giving.views.room import fresh
from fund.ledger.queries import fund_name, list_open_funds
from fund.money import BadAmount, parse_money
from fund.permissions import Actor
from fund.schemas import AMOUNT_TEXTS
from fund.web import Form, load_form, posting


@dataclass(frozen=True)
class PlanPage:
    """One plan as one person meets it; `address` gives the page of any plan of theirs."""

    plan_id: UUID
    actor: Actor
    template: str
    address: Callable[[UUID], str]
    has_card: bool = True  # whether this person can give another one
    names_donor: bool = False

    @property
    def here(self) -> str:
        return self.address(self.plan_id)


def answer(page: PlanPage) -> Response:
    """The page, or what comes of the form that it sent."""
    if request.method == "GET":
        return _show(page, Form())
    form = load_form(PlanChangeSchema())
    with reading() as session:
        plan = queries.get_plan(session, page.plan_id).plan
    after = {} if form.errors else _after(form, plan)
    if not form.errors:
        with form.attempt():
            return _change(page, form.data["kind"], after)
    return _show(page, form, 422)


def _change(page: PlanPage, kind: str, after: dict[str, Any]) -> Response:
    if kind == "card":
        there = plans.open_card_page(
            page.plan_id, path=page.here, actor=page.actor, now=clock.now()
        )
        return redirect(there, 303)
    if kind == "way":
        return _change_way(page, after)
    with posting() as post:
        if kind == "only":
            plans.keep_only(post.session, page.plan_id, actor=page.actor, now=clock.now())
        else:
            plans.ask_change(
                post.session,
                page.plan_id,
                kind=kind,
                after=after,
                actor=page.actor,
                now=clock.now(),
            )
        return post.redirect(page.here)


def _change_way(page: PlanPage, after: dict[str, Any]) -> Response:
    """To Stripe's page for one by card; for a pledge there is nothing more to do."""
    every, _, method = after["way"].partition(":")
    with posting() as post:
        new = plans.change_kind(
            post.session,
            page.plan_id,
            (every, method),
            amount_minor=after["amount_minor"],
            actor=page.actor,
            now=clock.now(),
        )
        if new.method == CARD:
            return post.redirect(url_for("giving.plan_checkout", plan_id=new.id))
        return post.redirect(page.here)


def _after(form: Form, plan: Plan) -> dict[str, Any]:
    """What is wished for, as `ask_change` takes it; a fault is said beside its field."""
    match form.data["kind"]:
        case "amount" | "way":
            try:
                amount = parse_money(form.data["amount"], plan.currency)
            except BadAmount as fault:
                form.errors["amount"] = [i18n.gettext(AMOUNT_TEXTS[fault.code])]
                return {}
            return {"amount_minor": amount.amount_minor, "way": form.data["way"]}
        case "day":
            return {"day": int(form.data["day"] or 0)}
        case "fund":
            return {"fund": form.data["fund"]}
    return {}


def _show(page: PlanPage, form: Form, status: int = 200) -> Response:
    with reading() as session:
        row = queries.get_plan(session, page.plan_id)
        person = find_person(session, row.plan.donor_id) if page.names_donor else None
        text = render_template(
            page.template,
            form=form,
            page=page,
            person=person,
            ways=_ways(session, page, row),
            **_tell(session, row),
        )
    return fresh(make_response(text, status))


def _ways(session: Session, page: PlanPage, row: PlanRow) -> list[tuple[str, str]]:
    """The other kinds that this person can make of it: a card only its owner can give."""
    return [
        (
            f"{every}:{method}",
            f"{i18n.gettext(EVERY_NAMES[every])}, {i18n.gettext(PLAN_METHOD_NAMES[method])}",
        )
        for every, method in plans.list_kinds(session, row.plan, now=clock.now())
        if method != CARD or page.has_card
    ]


def _tell(session: Session, row: PlanRow) -> dict[str, Any]:
    language, plan = i18n.language(), row.plan
    changes = queries.list_changes(session, plan.id)
    return {
        "row": row,
        "every": EVERY_NAMES,
        "state": PLAN_STATE_NAMES[plan.state],
        "fund": fund_name(row.fund, language),
        "funds": [(f.code, fund_name(f, language)) for f in list_open_funds(session)],
        "days": [(day, day) for day in range(1, LAST_DAY + 1)],
        "changes": changes,
        "kinds": CHANGE_NAMES,
        "change_states": CHANGE_STATE_NAMES,
        "stop_asked_at": next((c.asked_at for c in changes if c.kind == "stop"), None),
        "now": clock.now(),
        "other": queries.find_other_plan(session, plan, plan.fund_id),
        "follower": queries.find_follower(session, plan.id),
        "waiting": queries.find_waiting(session, plan.id),
        "gifts": queries.list_gifts(session, plan_id=plan.id),
        "gift_states": STATE_NAMES,
    }
