"""Periods: which days are closed, what is open in the others, and closing them."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Response, make_response, render_template, request, url_for
from sqlalchemy.orm import Session

from fund import clock
from fund.bookkeeping import schemas, unreconciled
from fund.bookkeeping.choices import PERIOD_STATES, UNRECONCILED
from fund.bookkeeping.views.room import blueprint
from fund.db import reading
from fund.errors import Refused
from fund.ledger import operations, queries
from fund.ledger.operations import Unreconciled
from fund.money import Money
from fund.permissions import Permission
from fund.web import Form, current_actor, load_form, permit, posting

SHOWN = 100  # of what is open; the rest is counted


@dataclass(frozen=True)
class Told:
    """Something that is open, as the page says it; `name` is a msgid."""

    name: str
    note: str
    amount: Money | None
    address: str


@blueprint.get("/periods")
@permit(Permission.READ_LEDGER)
def period_list() -> Response:
    """All periods, newest first, and the next one to open."""
    return _list(Form())


@blueprint.post("/periods")
@permit(Permission.CLOSE_PERIODS)
def period_open() -> Response:
    """Name the days of the next period."""
    form = load_form(schemas.PeriodSchema())
    if not form.errors:
        with form.attempt(), posting() as post:
            period_id = operations.open_period(
                post.session, form.data["last_on"], actor=current_actor(), now=clock.now()
            )
            return post.redirect(url_for(".period_show", period_id=period_id))
    return _list(form)


@blueprint.get("/periods/<uuid:period_id>")
@permit(Permission.READ_LEDGER)
def period_show(period_id: UUID) -> Response:
    """One period: its days, where it stands, and what is or was open in it."""
    return _show(period_id, Form())


@blueprint.post("/periods/<uuid:period_id>/closing")
@permit(Permission.CLOSE_PERIODS)
def period_begin(period_id: UUID) -> Response:
    """Begin to close it."""
    form = Form()
    with form.attempt(), posting() as post:
        operations.begin_closing(post.session, period_id, actor=current_actor(), now=clock.now())
        return post.redirect(url_for(".period_show", period_id=period_id))
    return _show(period_id, form)


@blueprint.post("/periods/<uuid:period_id>/close")
@permit(Permission.CLOSE_PERIODS)
def period_close(period_id: UUID) -> Response:
    """Close it for good, over exactly what was seen to be open."""
    form = load_form(schemas.ClosingSchema())
    if not form.errors:
        with form.attempt(), posting() as post:
            found = unreconciled.list_unreconciled(
                post.session, queries.get_period(post.session, period_id).last_on
            )
            if unreconciled.digest(found) != form.data["seen"]:
                raise Refused("unreconciled_changed")
            operations.close_period(
                post.session,
                period_id,
                reason=form.data["reason"],
                unreconciled=found,
                actor=current_actor(),
                now=clock.now(),
            )
            return post.redirect(url_for(".period_show", period_id=period_id))
    return _show(period_id, form)


def _list(form: Form) -> Response:
    with reading() as session:
        page = render_template(
            "bookkeeping/period_list.html",
            periods=queries.list_periods(session, before=request.args.get("before", type=UUID)),
            newest=queries.find_last_period(session),
            proposed=_proposed_last_on(session),
            states=PERIOD_STATES,
            form=form,
        )
    return make_response(page, 422 if form.errors else 200)


def _show(period_id: UUID, form: Form) -> Response:
    with reading() as session:
        period = queries.get_period(session, period_id)
        if period.unreconciled is None:
            found = unreconciled.list_unreconciled(session, period.last_on)
        else:
            found = [Unreconciled(**item) for item in period.unreconciled]
        page = render_template(
            "bookkeeping/period_show.html",
            period=period,
            is_over=period.last_on < clock.bangkok_day(clock.now()),
            found=[_told(item) for item in found[:SHOWN]],
            more=len(found) - SHOWN,
            seen=unreconciled.digest(found),
            states=PERIOD_STATES,
            form=form,
        )
    return make_response(page, 422 if form.errors else 200)


def _told(item: Unreconciled) -> Told:
    name, endpoint, key = UNRECONCILED[item.kind]
    amount = None
    if item.amount_minor is not None and item.currency is not None:
        amount = Money(item.amount_minor, item.currency)
    values: dict[str, Any] = {key: item.reference} if key else {}
    return Told(name, item.reference if key is None else "", amount, url_for(endpoint, **values))


def _proposed_last_on(session: Session) -> date:
    """The end of the month after the last period; at first, of the month in which the books began.

    No later than last month, so that what is proposed can be closed.
    """
    last = queries.find_last_period(session)
    if last is not None:
        return _month_end(last.last_on + timedelta(days=1))
    last_month = clock.bangkok_day(clock.now()).replace(day=1) - timedelta(days=1)
    return min(_month_end(queries.first_day(session) or last_month), last_month)


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
