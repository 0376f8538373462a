"""The draft form: saved by its buttons or while it is written, with rows added and taken away."""

from datetime import date
from uuid import UUID

from flask import Response, flash, jsonify, make_response, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from fund import clock
from fund.applications import choices, drafts, operations, queries
from fund.applications.drafts import Texts
from fund.applications.models import Application
from fund.applications.schemas import LINE, SUPPORT, DraftSchema
from fund.applications.views.room import FIELD_NAMES, blueprint
from fund.db import reading
from fund.errors import Conflict, require
from fund.i18n import format_month, gettext
from fund.permissions import Permission
from fund.survivors import queries as survivors
from fund.web import Form, Repeated, current_actor, load_form, permit, posting

MONTHS_AHEAD = 24
Cells = dict[str, str]


@blueprint.route("/staff/applications/<uuid:application_id>/edit", methods=["GET", "POST"])
@permit(Permission.WRITE_APPLICATIONS)
def application_edit(application_id: UUID) -> AnyResponse:
    """The draft, saved by a button; a stale form shows both sides."""
    form, status, is_stale = Form(), 200, False
    if request.method == "POST":
        form, status = load_form(DraftSchema()), 422
        try:
            if not form.errors:
                with posting() as post:
                    application = _save(post.session, application_id, form)
                    return post.redirect(_next_page(application, form))
        except Conflict as conflict:
            form.refuse(conflict)
            status, is_stale = 409, True
    with reading() as session:
        application = queries.get_application(session, application_id, actor=current_actor())
        require(operations.can_edit(current_actor(), application))
        texts = drafts.read_texts(session, application)
        page = render_template(
            "applications/application_edit.html",
            application=application,
            code=survivors.case_code(session, application.survivor_id),
            form=form,
            texts=texts,
            theirs=_sides(texts) if is_stale else [],
            lines=_lines(application, form),
            supports=_supports(application, form),
            months=_months(application),
            choices=choices,
        )
    return make_response(page, status)


@blueprint.post("/staff/applications/<uuid:application_id>/autosave")
@permit(Permission.WRITE_APPLICATIONS)
def application_autosave(application_id: UUID) -> AnyResponse:
    """The draft, saved while it is written; the answer is JSON for `autosave.js`."""
    form = load_form(DraftSchema())
    if form.errors:
        return make_response(jsonify(errors=form.errors), 422)
    try:
        with posting() as post:
            application = _save(post.session, application_id, form)
    except Repeated:
        with reading() as session:
            application = queries.get_application(session, application_id, actor=current_actor())
    return _saved(application)


def _saved(application: Application) -> Response:
    return jsonify(version=application.version, saved_at=application.saved_at.isoformat())


def _save(session: Session, application_id: UUID, form: Form) -> Application:
    application = queries.get_application(session, application_id, actor=current_actor())
    operations.save_draft(
        session,
        application,
        form.data["draft"],
        version=form.data["version"],
        actor=current_actor(),
        now=clock.now(),
    )
    return application


def _next_page(application: Application, form: Form) -> str:
    """Where the button leads: on to a look at the whole, or back here, with one more row."""
    then = form.value("then")
    if then == "look":
        return url_for(".application_show", application_id=application.id)
    extra = then if then in ("line", "support") else None
    if extra is None and "remove" not in form.raw:
        flash(gettext("Saved."), "done")
    return url_for(
        ".application_edit",
        application_id=application.id,
        add=extra,
        _anchor="supports" if extra == "support" else "costs" if extra else None,
    )


def _lines(application: Application, form: Form) -> list[Cells]:
    rows: list[Cells] = [
        {
            "kind": line.line_kind or "",
            "payee": line.payee_kind or "",
            "reason": line.guardian_reason or "",
            "amount": _plain(line.amount_minor),
            "month": f"{line.due_month:%Y-%m}" if line.due_month else "",
        }
        for line in application.lines
    ]
    return _typed(form, "line", list(LINE)) or _with_blank(rows, list(LINE), "line", least=1)


def _supports(application: Application, form: Form) -> list[Cells]:
    rows: list[Cells] = [
        {
            "source": support.source or "",
            "kind": support.line_kind or "",
            "standing": support.standing or "",
            "amount": _plain(support.amount_minor),
        }
        for support in application.supports
    ]
    return _typed(form, "support", list(SUPPORT)) or _with_blank(rows, list(SUPPORT), "support")


def _typed(form: Form, prefix: str, columns: list[str]) -> list[Cells]:
    """The rows as they were typed."""
    values = {column: form.values(f"{prefix}_{column}") for column in columns}
    length = max(map(len, values.values()))
    return [
        {column: (found[place] if place < len(found) else "") for column, found in values.items()}
        for place in range(length)
    ]


def _with_blank(
    rows: list[Cells], columns: list[str], prefix: str, *, least: int = 0
) -> list[Cells]:
    if request.args.get("add") == prefix or len(rows) < least:
        return [*rows, dict.fromkeys(columns, "")]
    return rows


def _plain(amount_minor: int | None) -> str:
    if amount_minor is None:
        return ""
    whole, satang = divmod(amount_minor, 100)
    return f"{whole}.{satang:02}" if satang else str(whole)


def _months(application: Application) -> list[tuple[str, str]]:
    """The coming two years, and any earlier month that a line already has."""
    first = clock.bangkok_day(clock.now()).replace(day=1)
    ahead = [_month_after(first, count) for count in range(MONTHS_AHEAD)]
    kept = {line.due_month for line in application.lines if line.due_month} - set(ahead)
    return [(f"{month:%Y-%m}", format_month(month)) for month in [*sorted(kept), *ahead]]


def _month_after(first: date, count: int) -> date:
    years, month = divmod(first.month - 1 + count, 12)
    return date(first.year + years, month + 1, 1)


def _sides(texts: Texts) -> list[tuple[str, str, str]]:
    """What both sides of a conflict are compared by."""
    return [(gettext(FIELD_NAMES[name]), name, getattr(texts, name)) for name in drafts.TEXTS]
