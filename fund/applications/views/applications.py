"""Applications: the list, a new one, one of them, its papers, submission and withdrawal."""

from collections.abc import Callable
from uuid import UUID

from flask import Response, flash, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from fund import clock
from fund.applications import choices, operations, queries
from fund.applications.schemas import PaperSchema, StartSchema, VersionSchema
from fund.applications.views.room import application_page, blueprint
from fund.db import reading
from fund.errors import NotFound, Refused
from fund.i18n import N_, gettext, options
from fund.permissions import Permission
from fund.survivors import queries as survivors
from fund.survivors.views.documents import add_posted_paper
from fund.web import Form, current_actor, load_form, permit, posting


@blueprint.get("/staff/applications")
@permit(Permission.READ_APPLICATIONS)
def application_list() -> Response:
    """The applications of one's own cases or team."""
    with reading() as session:
        rows = queries.list_applications(
            session, current_actor(), before=request.args.get("before", type=UUID)
        )
        return make_response(
            render_template(
                "applications/application_list.html",
                rows=rows,
                choices=choices,
            )
        )


@blueprint.route("/staff/applications/new", methods=["GET", "POST"])
@permit(Permission.WRITE_APPLICATIONS)
def application_start() -> AnyResponse:
    """For whom, and what kind; the rest is the draft's own page."""
    form, actor, now = Form(), current_actor(), clock.now()
    if request.method == "POST":
        form = load_form(StartSchema())
        try:
            if not form.errors:
                with posting() as post:
                    case = survivors.get_case(post.session, form.data["case_code"], actor=actor)
                    application = operations.start(
                        post.session, case.survivor, kind=form.data["kind"], actor=actor, now=now
                    )
                    return post.redirect(
                        url_for(".application_edit", application_id=application.id)
                    )
        except survivors.NotYourCase:
            raise
        except NotFound:
            form.refuse(Refused("bad_case_code", field="case_code"))
        except Refused as refusal:
            form.refuse(refusal)
    with reading() as session:
        cases = survivors.list_cases(session, actor, on=clock.bangkok_day(now))
        page = render_template(
            "applications/application_start.html",
            form=form,
            cases=cases,
            chosen=request.args.get("case", ""),
            kinds=options(choices.KINDS),
        )
    return make_response(page, 422 if form.errors else 200)


@blueprint.get("/staff/applications/<uuid:application_id>")
@permit(Permission.READ_APPLICATIONS)
def application_show(application_id: UUID) -> Response:
    """One application, with what is next for it."""
    return application_page(application_id)


@blueprint.post("/staff/applications/<uuid:application_id>/documents")
@permit(Permission.WRITE_APPLICATIONS)
def document_add(application_id: UUID) -> AnyResponse:
    """Add a paper; it counts once storage has it."""
    form = load_form(PaperSchema())
    if not form.errors:
        with form.attempt():
            answer, _ = add_posted_paper(
                lambda session: (
                    queries.get_application(
                        session, application_id, actor=current_actor()
                    ).survivor_id
                ),
                form.data["document_class"],
                about=("application", application_id),
                location=_page_of(application_id, "papers"),
            )
            return answer
    return application_page(application_id, 422, paper=form)


@blueprint.post("/staff/applications/<uuid:application_id>/submit")
@permit(Permission.WRITE_APPLICATIONS)
def application_submit(application_id: UUID) -> AnyResponse:
    """Hand it to the committee."""
    said = N_("Submitted. The committee has it now.")
    return _do(application_id, operations.submit, said, name="submission")


@blueprint.post("/staff/applications/<uuid:application_id>/withdraw")
@permit(Permission.WRITE_APPLICATIONS)
def application_withdraw(application_id: UUID) -> AnyResponse:
    """Take it back."""
    return _do(application_id, operations.withdraw, N_("Withdrawn."), name="withdrawal")


def _do(
    application_id: UUID, operation: Callable[..., None], said: str, *, name: str
) -> AnyResponse:
    """Do it to the application as the person saw it; refused, the page shows the form `name`."""
    form, actor = load_form(VersionSchema()), current_actor()
    if not form.errors:
        with form.attempt(), posting() as post:
            application = queries.get_application(post.session, application_id, actor=actor)
            version = form.data["version"]
            operation(post.session, application, version=version, actor=actor, now=clock.now())
            flash(gettext(said), "done")
            return post.redirect(_page_of(application_id))
    return application_page(application_id, 422, **{name: form})


def _page_of(application_id: UUID, anchor: str | None = None) -> str:
    return url_for(".application_show", application_id=application_id, _anchor=anchor)
