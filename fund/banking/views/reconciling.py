"""Stripe, the banks and the books of one office on one day, and what differs."""

from datetime import date, timedelta

from flask import flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from fund import clock
from fund.banking import choices, schemas
from fund.banking.reconciliation import reconcile
from fund.banking.views.room import blueprint
from fund.db import reading
from fund.i18n import gettext
from fund.ledger import queries as ledger
from fund.money import Money
from fund.people import queries as people
from fund.permissions import Permission
from fund.settlement.reconciliation.explaining import explain
from fund.web import Form, current_actor, load_form, permit, posting


@blueprint.get("/settlement/reconciliation")
@permit(Permission.READ_SETTLEMENT)
def reconciliation() -> ResponseReturnValue:
    """One office on one day: the last one that is over, unless the address says otherwise."""
    with reading() as session:
        return _show(session, request.args.get("office", ""), _asked_day(), Form())


@blueprint.post("/settlement/reconciliation/<office>/explain")
@permit(Permission.EXPLAIN_DIFFERENCES)
def difference_explain(office: str) -> ResponseReturnValue:
    """Say why a difference stands."""
    form = load_form(schemas.ExplainSchema())
    day = form.data.get("day") or _asked_day()
    if not form.errors:
        with form.attempt(), posting() as post:
            explain(
                post.session,
                ledger.get_office(post.session, office).id,
                kind=form.data["kind"],
                thing=form.data["thing"],
                amount=Money(int(form.data["amount_minor"]), form.data["currency"]),
                reason=form.data["reason"],
                actor=current_actor(),
                now=clock.now(),
            )
            flash(gettext("The difference is explained."), "done")
            return post.redirect(url_for(".reconciliation", office=office, day=day.isoformat()))
    with reading() as session:
        return _show(session, office, day, form)


def _asked_day() -> date:
    """The day in the address, up to today; else yesterday, for which Stripe was asked at night."""
    today = clock.bangkok_day(clock.now())
    try:
        asked = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        asked = None
    if asked is None or not clock.is_counted(asked):
        return today - timedelta(days=1)
    return min(asked, today)


def _show(session: Session, office_code: str, day: date, form: Form) -> ResponseReturnValue:
    offices = ledger.list_offices(session)
    office = next((one for one in offices if one.code == office_code), None)
    office = office or (ledger.get_office(session, office_code) if office_code else None)
    found = reconcile(session, office or offices[0], day) if office or offices else None
    explained = [one.explanation for one in found.differences if one.explanation] if found else []
    page = render_template(
        "banking/reconciliation.html",
        found=found,
        offices=offices,
        day=day,
        names=people.staff_names(session, {one.explained_by for one in explained}),
        kinds=choices.DIFFERENCES,
        form=form,
    )
    return make_response(page, 422 if form.errors else 200)
