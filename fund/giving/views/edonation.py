"""Finance's file of tax receipts for the Revenue Department's e-Donation."""

from datetime import date, timedelta

from flask import Response as FileResponse
from flask import flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from fund import clock
from fund.db import reading, transaction
from fund.errors import Conflict, NotFound, Refused
from fund.giving import edonation
from fund.giving.edonation.schemas import (
    ColumnsSchema,
    ConfirmColumnsSchema,
    EdonationFileSchema,
)
from fund.giving.views.room import blueprint
from fund.i18n import gettext, options
from fund.ledger.models import Office
from fund.people.queries import staff_names
from fund.permissions import Permission
from fund.schemas import Day
from fund.web import Form, current_actor, load_form, permit, posting

# The page shows so many of the receipts; the file holds them all.
SHOWN = 50


@blueprint.get("/staff/gifts/e-donation")
@permit(Permission.EXPORT_DONORS)
def edonation_show() -> ResponseReturnValue:
    """The columns, whether somebody confirmed them, and what the file of those days would tell."""
    form = Form(request.args)
    days = _days(form)
    with reading() as session:
        offices = edonation.list_offices(session, clock.now())
        office = next((o for o in offices if o.code == form.value("office")), None) or next(
            iter(offices), None
        )
        told = _told(session, office, days) if office else {}
        page = render_template(
            "giving/edonation_show.html",
            form=form,
            offices=[(one.code, one.legal_name) for one in offices],
            office=office,
            days=days,
            field_names=edonation.FIELD_NAMES,
            examples=edonation.EXAMPLES,
            **told,
        )
    return make_response(page, 422 if form.errors else 200)


@blueprint.post("/staff/gifts/e-donation/file")
@permit(Permission.EXPORT_DONORS)
def edonation_file() -> FileResponse:
    """The file; that somebody takes it is committed before anything is opened."""
    form = load_form(EdonationFileSchema())
    if form.errors:
        raise Refused("form_incomplete")
    first_on, last_on, suffix = (form.data[name] for name in ("first", "last", "format"))
    with transaction() as session:
        edonation.record_export(
            session,
            _office(session, form.data["office"]),
            first_on=first_on,
            last_on=last_on,
            version=form.data["version"],
            file_format=suffix,
            actor=current_actor(),
            now=clock.now(),
        )
    file_format = edonation.FORMATS[suffix]
    with reading() as session:
        office = _office(session, form.data["office"])
        mapping = edonation.find_mapping(session, office)
        lines = edonation.list_lines(session, office, first_on, last_on)
        answer = make_response(edonation.make(mapping, lines, file_format))
        name = edonation.file_name(mapping, office, first_on, last_on, suffix)
    answer.headers["Content-Type"] = file_format.mimetype
    answer.headers["Cache-Control"] = "no-store"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@blueprint.post("/staff/gifts/e-donation/confirm")
@permit(Permission.EXPORT_DONORS)
def edonation_confirm() -> ResponseReturnValue:
    """Stand for the columns in view."""
    form = load_form(ConfirmColumnsSchema())
    if form.errors:
        raise Refused("form_incomplete")
    with posting() as post:
        edonation.confirm_columns(
            post.session,
            _office(post.session, form.data["office"]),
            version=form.data["version"],
            actor=current_actor(),
            now=clock.now(),
        )
        flash(gettext("The columns are confirmed, in your name."), "done")
        return post.redirect(url_for(".edonation_show", office=form.data["office"]))


@blueprint.route("/staff/gifts/e-donation/<code>/columns", methods=["GET", "POST"])
@permit(Permission.EXPORT_DONORS)
def edonation_columns(code: str) -> ResponseReturnValue:
    """Other columns, which somebody has to confirm anew."""
    form, status = Form(), 200
    if request.method == "POST":
        form, status = load_form(ColumnsSchema()), 422
        try:
            if not form.errors:
                with form.attempt(), posting() as post:
                    edonation.change_columns(
                        post.session,
                        _office(post.session, code),
                        form.data["columns"],
                        version=form.data["version"],
                        actor=current_actor(),
                        now=clock.now(),
                    )
                    flash(gettext("The file has other columns now. Please confirm them."), "done")
                    return post.redirect(url_for(".edonation_show", office=code))
        except Conflict as conflict:
            form.refuse(conflict)
            status = 409
    with reading() as session:
        office = _office(session, code)
        page = render_template(
            "giving/edonation_columns.html",
            form=form,
            office=office,
            mapping=edonation.find_mapping(session, office),
            column_places=range(edonation.LONGEST),
            field_options=[("", "–"), *options(edonation.FIELD_NAMES)],
        )
    return make_response(page, status)


def _told(session: Session, office: Office, days: tuple[date, date]) -> dict[str, object]:
    mapping = edonation.find_mapping(session, office)
    names = staff_names(session, [mapping.checked_by] if mapping.checked_by else [])
    return {
        "mapping": mapping,
        "checked_by": names.get(mapping.checked_by) if mapping.checked_by else None,
        "totals": edonation.sum_rows(session, office, *days),
        "left_out": edonation.sum_left_out(session, office, *days),
        "rows": edonation.list_rows(session, office, *days, most=SHOWN),
        "shown": SHOWN,
    }


def _days(form: Form) -> tuple[date, date]:
    """The days asked for; last month's where none are, or where they are none."""
    last = clock.bangkok_day(clock.now()).replace(day=1) - timedelta(days=1)
    days = {"first": last.replace(day=1), "last": last}
    for name in days:
        try:
            if form.raw.get(name):
                days[name] = Day().deserialize(form.raw[name])
        except ValidationError as invalid:
            form.errors[name] = [gettext(str(text)) for text in invalid.messages]
    if days["last"] < days["first"]:
        form.errors["last"] = [gettext("The last day comes before the first.")]
    return days["first"], days["last"]


def _office(session: Session, code: str) -> Office:
    """Raises NotFound if the Revenue Department is told nothing of that office's receipts."""
    for office in edonation.list_offices(session, clock.now()):
        if office.code == code:
            return office
    raise NotFound
