"""How donors can pay an office, as finance says; another bank for PromptPay, as two persons do."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fund import clock
from fund.db import reading
from fund.errors import Conflict
from fund.giving import operations, queries
from fund.giving.choices import BILLER_STATE_NAMES, STRIPE_METHOD_NAMES
from fund.giving.operations.billers import can_approve, can_drop
from fund.giving.schemas import BillerSchema, WaysSchema
from fund.giving.views.room import blueprint
from fund.i18n import gettext, options
from fund.ledger.models import Office
from fund.ledger.queries import get_office
from fund.money import THB
from fund.people.queries import staff_names
from fund.permissions import Permission
from fund.web import Form, current_actor, load_form, permit, posting


@blueprint.route("/staff/offices/<code>/ways", methods=["GET", "POST"])
@permit(Permission.WRITE_TERMS)
def ways_change(code: str) -> ResponseReturnValue:
    """Other ways to pay from now on; a stale form shows both sides."""
    form, status = Form(), 200
    if request.method == "POST":
        form, status = load_form(WaysSchema()), 422
        try:
            if not form.errors:
                with form.attempt(), posting() as post:
                    operations.change_ways(
                        post.session,
                        get_office(post.session, code),
                        **form.data,
                        actor=current_actor(),
                        now=clock.now(),
                    )
                    flash(gettext("The ways to pay are changed, from now on."), "done")
                    return post.redirect(url_for(".terms_list"))
        except Conflict as conflict:
            form.refuse(conflict)
            status = 409
    return _page(code, form, Form(), status)


@blueprint.post("/staff/offices/<code>/biller")
@permit(Permission.WRITE_TERMS)
def biller_ask(code: str) -> ResponseReturnValue:
    """Ask that the QR code lead to another bank."""
    form = load_form(BillerSchema())
    if not form.errors:
        with form.attempt(), posting() as post:
            change = operations.ask_biller(
                post.session,
                get_office(post.session, code),
                **form.data,
                actor=current_actor(),
                now=clock.now(),
            )
            return post.redirect(url_for(".biller_show", change_id=change.id))
    return _page(code, Form(), form, 422)


@blueprint.post("/staff/offices/<code>/biller/stop")
@permit(Permission.WRITE_TERMS)
def biller_stop(code: str) -> ResponseReturnValue:
    """Offer no QR code of this office any more."""
    with posting() as post:
        office = get_office(post.session, code)
        operations.stop_promptpay(post.session, office, actor=current_actor(), now=clock.now())
        flash(gettext("No QR code is offered any more."), "done")
        return post.redirect(url_for(".terms_list"))


@blueprint.get("/staff/offices/biller/<uuid:change_id>")
@permit(Permission.READ_GIFTS)
def biller_show(change_id: UUID) -> str:
    """What was asked for beside what holds, and who asked and decided."""
    with reading() as session:
        change, office = queries.get_biller_change(session, change_id)
        people = {change.asked_by, change.decided_by or change.asked_by}
        return render_template(
            "giving/biller_show.html",
            change=change,
            office=office,
            terms=queries.terms_at(session, office, clock.now()),
            names=staff_names(session, people),
            states=BILLER_STATE_NAMES,
            can_approve=can_approve(current_actor(), change),
            can_drop=can_drop(current_actor(), change),
        )


@blueprint.post("/staff/offices/biller/<uuid:change_id>/approve")
@permit(Permission.APPROVE_BILLERS)
def biller_approve(change_id: UUID) -> ResponseReturnValue:
    """The second person agrees."""
    return _decide(operations.approve_biller, change_id)


@blueprint.post("/staff/offices/biller/<uuid:change_id>/drop")
@permit(Permission.WRITE_TERMS, Permission.APPROVE_BILLERS)
def biller_drop(change_id: UUID) -> ResponseReturnValue:
    """It stays as it is."""
    return _decide(operations.drop_biller, change_id)


def _decide(operation: Callable[..., None], change_id: UUID) -> ResponseReturnValue:
    with posting() as post:
        operation(post.session, change_id, actor=current_actor(), now=clock.now())
        return post.redirect(url_for(".biller_show", change_id=change_id))


def _page(code: str, form: Form, biller_form: Form, status: int) -> ResponseReturnValue:
    with reading() as session:
        office = get_office(session, code)
        page = render_template(
            "giving/ways_change.html",
            office=office,
            terms=queries.terms_at(session, office, clock.now()),
            waiting=queries.find_biller_changes(session).get(office.id),
            form=form,
            biller_form=biller_form,
            is_stale=status == 409,
            methods=_methods(office),
        )
    return make_response(page, status)


def _methods(office: Office) -> list[tuple[str, str]]:
    """What Stripe could offer there: PromptPay to accounts in Thailand only."""
    if office.stripe_account_id is None:
        return []
    is_thai = office.country == "TH" and office.currency == THB
    return [way for way in options(STRIPE_METHOD_NAMES) if way[0] != "promptpay" or is_thai]
