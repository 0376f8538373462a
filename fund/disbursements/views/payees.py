"""Payees: the list, one payee, entering and checking an account, looking at it on record."""

from typing import Any
from uuid import UUID

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from fund import clock
from fund.applications.choices import PAYEE_KINDS
from fund.db import reading, transaction
from fund.disbursements import operations, queries, schemas
from fund.disbursements.models import Payee
from fund.disbursements.operations import AccountDetails
from fund.disbursements.views.room import blueprint
from fund.errors import Refused
from fund.people import queries as people
from fund.permissions import Permission
from fund.survivors import queries as survivors
from fund.web import Form, current_actor, load_form, permit, posting

DETAILS = ("account_name", "bank", "account_number")


@blueprint.get("/staff/payees")
@permit(Permission.READ_PAYEES)
def payee_list() -> ResponseReturnValue:
    """All payees, newest first."""
    with reading() as session:
        payees = queries.list_payees(session, before=request.args.get("before", type=UUID))
        return render_template(
            "disbursements/payee_list.html",
            payees=payees,
            codes=queries.guardian_codes(session, payees),
            kinds=PAYEE_KINDS,
            now=clock.now(),
        )


@blueprint.route("/staff/payees/add", methods=["GET", "POST"])
@permit(Permission.WRITE_PAYEES)
def payee_add() -> ResponseReturnValue:
    """Enter a payee with its account."""
    form = Form()
    if request.method == "POST":
        form = load_form(schemas.PayeeSchema())
        if not form.errors:
            with form.attempt(), posting() as post:
                payee = operations.add_payee(
                    post.session,
                    **_payee(post.session, form.data),
                    actor=current_actor(),
                    now=clock.now(),
                )
                return post.redirect(url_for(".payee_show", payee_id=payee.id))
    page = render_template("disbursements/payee_add.html", form=form, kinds=PAYEE_KINDS)
    return make_response(page, 422 if form.errors else 200)


@blueprint.get("/staff/payees/<uuid:payee_id>")
@permit(Permission.READ_PAYEES)
def payee_show(payee_id: UUID) -> ResponseReturnValue:
    """One payee; its account stays sealed."""
    with reading() as session:
        return _show(session, queries.get_payee(session, payee_id), Form())


@blueprint.post("/staff/payees/<uuid:payee_id>/account")
@permit(Permission.WRITE_PAYEES)
def payee_change(payee_id: UUID) -> ResponseReturnValue:
    """Enter another account, to be checked by a second person and used after a pause."""
    form = load_form(schemas.AccountSchema())
    if form.errors:
        with reading() as session:
            return _show(session, queries.get_payee(session, payee_id), form)
    with posting() as post:
        operations.add_account(
            post.session,
            queries.get_payee(post.session, payee_id),
            _details(form.data),
            actor=current_actor(),
            now=clock.now(),
        )
        return post.redirect(url_for(".payee_show", payee_id=payee_id))


@blueprint.post("/staff/payees/<uuid:payee_id>/check")
@permit(Permission.CHECK_PAYEES)
def payee_check(payee_id: UUID) -> ResponseReturnValue:
    """Say that the newest account agrees with the payee's paper."""
    form = Form()
    with form.attempt(), posting() as post:
        payee = queries.get_payee(post.session, payee_id)
        operations.check_account(
            post.session, payee.accounts[-1], payee, actor=current_actor(), now=clock.now()
        )
        return post.redirect(url_for(".payee_show", payee_id=payee_id))
    with reading() as session:
        return _show(session, queries.get_payee(session, payee_id), form)


@blueprint.post("/staff/payees/<uuid:payee_id>/open")
@permit(Permission.WRITE_PAYEES, Permission.CHECK_PAYEES)
def payee_open(payee_id: UUID) -> ResponseReturnValue:
    """Look at the sealed account: the look is committed to the log first."""
    with transaction() as session:
        operations.record_reading(
            session, queries.get_payee(session, payee_id), actor=current_actor(), now=clock.now()
        )
    with reading() as session:
        payee = queries.get_payee(session, payee_id)
        details = operations.read_account(session, payee.accounts[-1], payee)
        return _show(session, payee, Form(), details)


def _show(
    session: Session, payee: Payee, form: Form, details: AccountDetails | None = None
) -> ResponseReturnValue:
    newest = payee.accounts[-1]
    staff_ids = {a.entered_by for a in payee.accounts} | {
        a.checked_by for a in payee.accounts if a.checked_by
    }
    page = render_template(
        "disbursements/payee_show.html",
        payee=payee,
        newest=newest,
        names=people.staff_names(session, staff_ids),
        codes=queries.guardian_codes(session, [payee]),
        kinds=PAYEE_KINDS,
        details=details,
        form=form,
        now=clock.now(),
        can_check=current_actor().may(Permission.CHECK_PAYEES)
        and newest.checked_by is None
        and newest.entered_by != current_actor().id,
    )
    return make_response(page, 422 if form.errors else 200)


def _payee(session: Session, data: dict[str, Any]) -> dict[str, Any]:
    is_guardian = data["kind"] == "guardian"
    survivor_id = survivors.find_survivor_id(session, data["case_code"]) if is_guardian else None
    if is_guardian and survivor_id is None:
        raise Refused("case_unknown", field="case_code")
    return {
        "kind": data["kind"],
        "name": None if is_guardian else data["name"],
        "survivor_id": survivor_id,
        "details": _details(data),
    }


def _details(data: dict[str, Any]) -> AccountDetails:
    return AccountDetails(**{name: data[name] for name in DETAILS})
