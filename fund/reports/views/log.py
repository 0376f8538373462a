"""Looking through the log: by event, actor, subject and day; and who looked at which survivor."""

from datetime import date
from uuid import UUID

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from fund.audit.search import list_matching
from fund.clock import is_counted
from fund.db import reading
from fund.errors import Refused
from fund.ids import find_case_code
from fund.permissions import Permission
from fund.reports.trails import finding
from fund.reports.trails import looks as who_looked
from fund.reports.trails.telling import tell
from fund.reports.views.blueprint import blueprint
from fund.survivors.queries import find_survivor_id
from fund.web import Form, current_actor, permit


@blueprint.get("/staff/log")
@permit(Permission.READ_TRAIL)
def log() -> Response:
    """What fits the form, newest first; everything if nothing is filled in."""
    form = Form(request.args)
    with reading() as session:
        matches = []
        with form.attempt():
            wanted = finding.Wanted(
                event=form.value("event"),
                actor=form.value("actor"),
                about=form.value("about").strip(),
                first=_day(form, "first"),
                last=_day(form, "last"),
            )
            matches = finding.matches(session, wanted)
        events = list_matching(session, matches, seen=request.args.get("seen", type=UUID))
        page = render_template(
            "reports/log.html",
            form=form,
            kinds=finding.list_kinds(),
            actors=finding.list_actors(session),
            entries=tell(session, events, reader=current_actor()),
            has_more=events.has_more,
        )
    return make_response(page, 422 if form.errors else 200)


@blueprint.get("/staff/looks")
@permit(Permission.READ_LOOKS)
def looks() -> Response:
    """Every look at what is sealed, newest first; of one case if its code is given."""
    form = Form(request.args)
    typed = form.value("case").strip()
    with reading() as session:
        survivor_id = find_survivor_id(session, typed) if typed else None
        if typed and survivor_id is None:
            form.refuse(Refused("no_such_case", field="case"))
        matches = [] if form.errors else who_looked.matches(survivor_id)
        events = list_matching(session, matches, seen=request.args.get("seen", type=UUID))
        page = render_template(
            "reports/looks.html",
            form=form,
            code=find_case_code(typed) if survivor_id else None,
            entries=tell(session, events, reader=current_actor()),
            has_more=events.has_more,
        )
    return make_response(page, 422 if form.errors else 200)


def _day(form: Form, name: str) -> date | None:
    typed = form.value(name).strip()
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise Refused("no_such_day", field=name)
    if not is_counted(day):
        raise Refused("no_such_day", field=name)
    return day
