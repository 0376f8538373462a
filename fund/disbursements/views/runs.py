"""Payment runs: gathering, approving, sending, and what the bank says of each payment."""

import csv
import io
from collections.abc import Callable
from uuid import UUID

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from fund import clock
from fund.applications.choices import LINE_KINDS, PAYEE_KINDS
from fund.db import reading, transaction
from fund.disbursements import operations, queries, schemas
from fund.disbursements.choices import PAYMENT_STATES, RETURN_REASONS, RUN_STATES
from fund.disbursements.models import Payment, Run
from fund.disbursements.views.room import blueprint
from fund.errors import Refused
from fund.people import queries as people
from fund.permissions import Permission
from fund.web import Form, current_actor, load_form, permit, posting


@blueprint.get("/staff/runs")
@permit(Permission.READ_RUNS)
def run_list() -> ResponseReturnValue:
    """All runs, newest first."""
    with reading() as session:
        return render_template(
            "disbursements/run_list.html",
            runs=queries.list_runs(session, before=request.args.get("before", type=UUID)),
            states=RUN_STATES,
        )


@blueprint.route("/staff/runs/prepare", methods=["GET", "POST"])
@permit(Permission.PREPARE_RUNS)
def run_prepare() -> ResponseReturnValue:
    """Choose what is paid, and to which payee."""
    form = Form()
    if request.method == "POST":
        form = Form(request.form)
        with form.attempt(), posting() as post:
            run = operations.prepare_run(
                post.session, _choices(form), actor=current_actor(), now=clock.now()
            )
            return post.redirect(url_for(".run_show", run_id=run.id))
    with reading() as session:
        ready = queries.list_ready(session, now=clock.now())
        page = render_template(
            "disbursements/run_prepare.html",
            ready=ready,
            form=form,
            line_kinds=LINE_KINDS,
            payee_kinds=PAYEE_KINDS,
        )
    return make_response(page, 422 if form.errors else 200)


@blueprint.get("/staff/runs/<uuid:run_id>")
@permit(Permission.READ_RUNS)
def run_show(run_id: UUID) -> ResponseReturnValue:
    """One run: what it pays, who approved it, and the next step."""
    with reading() as session:
        return _show(session, run_id, Form())


@blueprint.post("/staff/runs/<uuid:run_id>/approve")
@permit(Permission.APPROVE_RUNS)
def run_approve(run_id: UUID) -> ResponseReturnValue:
    """Approve exactly what was seen."""
    form = load_form(schemas.ApprovalSchema())
    return _do(
        run_id,
        form,
        lambda session, run: operations.approve_run(
            session,
            run,
            seen_sha256=form.data["content_sha256"],
            actor=current_actor(),
            now=clock.now(),
        ),
    )


@blueprint.post("/staff/runs/<uuid:run_id>/send")
@permit(Permission.SEND_RUNS)
def run_send(run_id: UUID) -> ResponseReturnValue:
    """Say that the bank has the order."""
    return _do(
        run_id,
        Form(),
        lambda session, run: operations.send_run(
            session, run, actor=current_actor(), now=clock.now()
        ),
    )


@blueprint.post("/staff/runs/<uuid:run_id>/cancel")
@permit(Permission.PREPARE_RUNS)
def run_cancel(run_id: UUID) -> ResponseReturnValue:
    """Drop a run that was not sent."""
    return _do(
        run_id,
        Form(),
        lambda session, run: operations.cancel_run(
            session, run, actor=current_actor(), now=clock.now()
        ),
    )


@blueprint.post("/staff/runs/<uuid:run_id>/bank-file")
@permit(Permission.SEND_RUNS)
def run_bank_file(run_id: UUID) -> ResponseReturnValue:
    """The accounts and amounts to type or load at the bank; each look is committed first."""
    with transaction() as session:
        run = queries.get_run(session, run_id)
        operations.open_accounts(session, run, actor=current_actor(), now=clock.now())
    with reading() as session:
        run = queries.get_run(session, run_id)
        response = make_response("\ufeff" + _bank_file(session, run))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="run-{run.id}.csv"'
    return response


@blueprint.post("/staff/payments/<uuid:payment_id>/confirm")
@permit(Permission.CONFIRM_PAYMENTS)
def payment_confirm(payment_id: UUID) -> ResponseReturnValue:
    """The bank's statement shows this payment."""
    form = load_form(schemas.ConfirmationSchema())
    return _do_payment(
        payment_id,
        form,
        lambda session, payment: operations.confirm_payment(
            session, payment, **form.data, actor=current_actor(), now=clock.now()
        ),
    )


@blueprint.post("/staff/payments/<uuid:payment_id>/return")
@permit(Permission.CONFIRM_PAYMENTS)
def payment_return(payment_id: UUID) -> ResponseReturnValue:
    """Bank or payee sent it back."""
    form = load_form(schemas.ReturnSchema())
    return _do_payment(
        payment_id,
        form,
        lambda session, payment: operations.return_payment(
            session,
            payment,
            reason=form.data["return_reason"],
            actor=current_actor(),
            now=clock.now(),
        ),
    )


def _do(run_id: UUID, form: Form, operation: Callable[[Session, Run], None]) -> ResponseReturnValue:
    if not form.errors:
        with form.attempt(), posting() as post:
            operation(post.session, queries.get_run(post.session, run_id))
            return post.redirect(url_for(".run_show", run_id=run_id))
    with reading() as session:
        return _show(session, run_id, form)


def _do_payment(
    payment_id: UUID, form: Form, operation: Callable[[Session, Payment], object]
) -> ResponseReturnValue:
    with reading() as session:
        run_id = queries.get_payment(session, payment_id).run_id
    if not form.errors:
        with form.attempt(), posting() as post:
            operation(post.session, queries.get_payment(post.session, payment_id))
            return post.redirect(url_for(".run_show", run_id=run_id))
    with reading() as session:
        return _show(session, run_id, form, at_payment=payment_id)


def _show(
    session: Session, run_id: UUID, form: Form, at_payment: UUID | None = None
) -> ResponseReturnValue:
    run = queries.get_run(session, run_id)
    staff_ids = {run.prepared_by} | {a.member_id for a in run.approvals}
    staff_ids |= {p.confirmed_by for p in run.payments if p.confirmed_by}
    if run.sent_by:
        staff_ids.add(run.sent_by)
    payees = queries.payees_of(session, run)
    page = render_template(
        "disbursements/run_show.html",
        run=run,
        details=queries.details_of(session, run),
        payees=payees,
        codes=queries.guardian_codes(session, payees.values()),
        names=people.staff_names(session, staff_ids),
        can_approve=operations.can_approve(current_actor(), run),
        form=form,
        no_form=Form(),
        at_payment=at_payment,
        today=clock.bangkok_day(clock.now()),
        run_states=RUN_STATES,
        payment_states=PAYMENT_STATES,
        return_reasons=RETURN_REASONS,
        line_kinds=LINE_KINDS,
        payee_kinds=PAYEE_KINDS,
    )
    return make_response(page, 422 if form.errors else 200)


def _choices(form: Form) -> dict[UUID, UUID]:
    """Chosen instalments and the payee chosen for each."""
    payees = {text: form.value(f"payee-{text}") for text in form.values("instalment")}
    unset = next((text for text, payee in payees.items() if not payee), None)
    if unset is not None:
        raise Refused("payee_incomplete", field=f"payee-{unset}")
    try:
        return {UUID(text): UUID(payee) for text, payee in payees.items()}
    except ValueError:
        raise Refused("form_incomplete")


def _bank_file(session: Session, run: Run) -> str:
    payees = queries.payees_of(session, run)
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(["account_name", "bank", "account_number", "amount_thb", "reference"])
    for payment in run.payments:
        account = next(
            a for a in payees[payment.payee_id].accounts if a.id == payment.payee_account_id
        )
        details = operations.read_account(session, account, payees[payment.payee_id])
        amount = f"{payment.amount.decimal():.2f}"
        lines.writerow(
            [details.account_name, details.bank, details.account_number, amount, payment.reference]
        )
    return text.getvalue()
