"""Rates: how they stand, every one as it was entered, and entering one."""

from uuid import UUID

from flask import flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fund import clock
from fund.bookkeeping import queries, schemas
from fund.bookkeeping.views.room import blueprint
from fund.db import reading
from fund.i18n import gettext
from fund.ledger import operations as ledger
from fund.permissions import Permission
from fund.web import Form, current_actor, load_form, permit, posting


@blueprint.get("/rates")
@permit(Permission.READ_LEDGER)
def rate_list() -> ResponseReturnValue:
    """The rates, newest first."""
    return _page(Form())


@blueprint.post("/rates")
@permit(Permission.WRITE_RATES)
def rate_add() -> ResponseReturnValue:
    """Enter the rate of a day."""
    form = load_form(schemas.RateSchema())
    if not form.errors:
        with form.attempt(), posting() as post:
            ledger.enter_rate(post.session, **form.data, actor=current_actor(), now=clock.now())
            flash(gettext("The rate is entered."), "done")
            return post.redirect(url_for(".rate_list"))
    return _page(form)


def _page(form: Form) -> ResponseReturnValue:
    with reading() as session:
        rates = queries.list_rates(session, before=request.args.get("before", type=UUID))
        page = render_template(
            "bookkeeping/rate_list.html",
            rates=rates,
            currencies=queries.foreign_currencies(session),
            today=clock.bangkok_day(clock.now()),
            form=form,
        )
    return make_response(page, 422 if form.errors else 200)
