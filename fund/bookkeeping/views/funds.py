"""Funds: the list, opening, changing and closing one."""

from typing import Any
from uuid import UUID

from flask import flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fund import clock
from fund.bookkeeping import schemas
from fund.bookkeeping.choices import RESTRICTIONS
from fund.bookkeeping.views.room import blueprint
from fund.db import reading
from fund.errors import Conflict
from fund.giving.queries import count_running
from fund.i18n import gettext, options
from fund.ledger import operations as ledger
from fund.ledger import queries
from fund.ledger.models import RESERVE_DAYS
from fund.permissions import Permission
from fund.web import Form, current_actor, load_form, permit, posting


@blueprint.get("/funds")
@permit(Permission.READ_LEDGER)
def fund_list() -> ResponseReturnValue:
    """All funds, closed ones last."""
    with reading() as session:
        funds = sorted(queries.list_funds(session), key=lambda fund: not fund.is_open)
        return render_template("bookkeeping/fund_list.html", funds=funds, restrictions=RESTRICTIONS)


@blueprint.route("/funds/open", methods=["GET", "POST"])
@permit(Permission.WRITE_FUNDS)
def fund_open() -> ResponseReturnValue:
    """Open a fund, with its accounts."""
    form = Form()
    if request.method == "POST":
        form = load_form(schemas.FundOpenSchema())
        if not form.errors:
            with form.attempt(), posting() as post:
                ledger.open_fund(
                    post.session, **_opening(form.data), actor=current_actor(), now=clock.now()
                )
                flash(gettext("The fund is open and takes gifts."), "done")
                return post.redirect(url_for(".fund_list"))
    page = render_template(
        "bookkeeping/fund_open.html",
        form=form,
        restrictions=options(RESTRICTIONS),
        reserve_days=RESERVE_DAYS,
    )
    return make_response(page, 422 if form.errors else 200)


@blueprint.route("/funds/<uuid:fund_id>", methods=["GET", "POST"])
@permit(Permission.WRITE_FUNDS)
def fund_change(fund_id: UUID) -> ResponseReturnValue:
    """Change names, cap, target and reserve; a stale form shows both sides."""
    form, status = Form(), 200
    if request.method == "POST":
        form, status = load_form(schemas.FundChangeSchema()), 422
        try:
            if not form.errors:
                with form.attempt(), posting() as post:
                    ledger.change_fund(
                        post.session,
                        queries.get_fund_by_id(post.session, fund_id),
                        version=form.data["version"],
                        **_changeable(form.data),
                        actor=current_actor(),
                        now=clock.now(),
                    )
                    flash(gettext("The fund is changed."), "done")
                    return post.redirect(url_for(".fund_list"))
        except Conflict as conflict:
            form.refuse(conflict)
            status = 409
    with reading() as session:
        page = render_template(
            "bookkeeping/fund_change.html",
            fund=queries.get_fund_by_id(session, fund_id),
            form=form,
            is_stale=status == 409,
            restrictions=RESTRICTIONS,
        )
    return make_response(page, status)


@blueprint.route("/funds/<uuid:fund_id>/close", methods=["GET", "POST"])
@permit(Permission.WRITE_FUNDS)
def fund_close(fund_id: UUID) -> ResponseReturnValue:
    """Close an empty fund for good; what still stands against it is said."""
    form, status = Form(), 200
    if request.method == "POST":
        form, status = load_form(schemas.FundCloseSchema()), 422
        if not form.errors:
            with form.attempt(), posting() as post:
                ledger.close_fund(
                    post.session,
                    queries.get_fund_by_id(post.session, fund_id),
                    version=form.data["version"],
                    actor=current_actor(),
                    now=clock.now(),
                )
                flash(gettext("The fund is closed."), "done")
                return post.redirect(url_for(".fund_list"))
    with reading() as session:
        page = render_template(
            "bookkeeping/fund_close.html",
            fund=queries.get_fund_by_id(session, fund_id),
            plans=count_running(session, fund_id),
            position=queries.available(session, fund_id, now=clock.now()),
            form=form,
        )
    return make_response(page, status)


def _changeable(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "name_en": data["name_en"],
        "name_th": data["name_th"],
        "gift_cap_minor": data["gift_cap"],
        "target_minor": data["target"],
        "reserve_days": data["reserve_days"],
    }


def _opening(data: dict[str, Any]) -> dict[str, Any]:
    restriction = data["restriction"]
    is_free = restriction == "none"
    return _changeable(data) | {
        "code": data["code"],
        "restriction": "none" if is_free else "purpose",
        "purpose": None if is_free else restriction,
    }
