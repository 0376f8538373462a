"""Cases: the list, a new one, one of them, and who it is."""

from uuid import UUID

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from fund import clock
from fund.db import reading, transaction
from fund.errors import Conflict, Refused
from fund.i18n import options, refusal_text
from fund.ids import find_case_code
from fund.permissions import Permission
from fund.survivors import choices, operations, queries
from fund.survivors.identity import unseal_guardian, unseal_identity
from fund.survivors.schemas import (
    AssignSchema,
    AttestSchema,
    CaseAddSchema,
    CaseEditSchema,
    IdentityReadSchema,
)
from fund.survivors.views.room import blueprint, case_page
from fund.web import Form, current_actor, load_form, permit, posting


@blueprint.get("/staff/cases")
@permit(Permission.READ_CASES)
def case_list() -> AnyResponse:
    """The cases of this person or team; a code leads straight to its case."""
    typed = request.args.get("code", "").strip()
    found = find_case_code(typed) if typed else None
    if found:
        return redirect(url_for(".case_show", code=found))
    form = Form(request.args)
    if typed:
        form.refuse(Refused("bad_case_code", field="code"))
    with reading() as session:
        rows = queries.list_cases(
            session,
            current_actor(),
            on=clock.bangkok_day(clock.now()),
            before=request.args.get("before", type=UUID),
        )
    return make_response(
        render_template("survivors/case_list.html", rows=rows, form=form, choices=choices),
        422 if form.errors else 200,
    )


@blueprint.route("/staff/cases/add", methods=["GET", "POST"])
@permit(Permission.ADD_CASES)
def case_add() -> AnyResponse:
    """A new record, unless the person is known already."""
    form, known = Form(), None
    if request.method == "POST":
        form = load_form(CaseAddSchema())
        try:
            if not form.errors:
                with posting() as post:
                    survivor = operations.add_case(
                        post.session, **form.data, actor=current_actor(), now=clock.now()
                    )
                    return post.redirect(url_for(".case_show", code=survivor.case_code))
        except Refused as refusal:
            known = refusal.params.get("case_code")
            _note_known_elsewhere(refusal)
            form.refuse(refusal)
    return make_response(
        render_template(
            "survivors/case_add.html", form=form, known=known, regions=options(choices.REGIONS)
        ),
        422 if form.errors else 200,
    )


def _note_known_elsewhere(refusal: Refused) -> None:
    """Even the news that somebody is known here is sensitive: whoever got it is on record."""
    if refusal.code == "case_known_elsewhere":
        with transaction() as session:
            operations.record_known_elsewhere(
                session,
                UUID(str(refusal.params["survivor_id"])),
                actor=current_actor(),
                now=clock.now(),
            )


@blueprint.get("/staff/cases/<code>")
@permit(Permission.READ_CASES)
def case_show(code: str) -> Response:
    """One case, without saying who it is."""
    return case_page(code)


@blueprint.route("/staff/cases/<code>/edit", methods=["GET", "POST"])
@permit(Permission.ADD_CASES)
def case_edit(code: str) -> AnyResponse:
    """Region and working label; a stale form shows both sides."""
    form, status = Form(), 200
    if request.method == "POST":
        form = load_form(CaseEditSchema())
        status = 422
        try:
            if not form.errors:
                with posting() as post:
                    case = queries.get_case(post.session, code, actor=current_actor())
                    operations.change_case(
                        post.session,
                        case.survivor,
                        **form.data,
                        actor=current_actor(),
                        now=clock.now(),
                    )
                    return post.redirect(url_for(".case_show", code=case.code))
        except Conflict as conflict:
            form.refuse(conflict)
            status = 409
    with reading() as session:
        case = queries.get_case(session, code, actor=current_actor())
        page = render_template(
            "survivors/case_edit.html",
            case=case,
            form=form,
            is_stale=status == 409,
            regions=options(choices.REGIONS),
        )
    return make_response(page, status)


@blueprint.post("/staff/cases/<code>/identity")
@permit(Permission.READ_CASES)
def identity_show(code: str) -> Response:
    """Who it is. The reading is committed first, with its purpose; only then the vault opens."""
    form = load_form(IdentityReadSchema())
    if form.errors:
        return case_page(code, 422, identity=form)
    purpose = form.data["purpose"]
    with transaction() as session:
        case = queries.get_case(session, code, actor=current_actor())
        operations.record_identity_read(
            session, case.survivor, purpose=purpose, actor=current_actor(), now=clock.now()
        )
    with reading() as session:
        case = queries.get_case(session, code, actor=current_actor())
        page = render_template(
            "survivors/identity_show.html",
            case=case,
            identity=unseal_identity(session, case.survivor),
            guardians=[
                (guardian, unseal_guardian(session, case.survivor, guardian))
                for guardian in queries.list_guardians(session, case.id)
            ],
            purpose=choices.READ_PURPOSES[purpose],
            choices=choices,
        )
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/staff/cases/<code>/attest")
@permit(Permission.ATTEST_CASES)
def case_attest(code: str) -> AnyResponse:
    """A second person says that this survivor exists."""
    form = load_form(AttestSchema())
    if not form.errors:
        with form.attempt(), posting() as post:
            case = queries.get_case(post.session, code, actor=current_actor())
            operations.attest_case(
                post.session,
                case.survivor,
                way=form.data["way"],
                actor=current_actor(),
                now=clock.now(),
            )
            return post.redirect(url_for(".case_show", code=case.code))
    return case_page(code, 422, attest=form)


@blueprint.post("/staff/cases/<code>/assign")
@permit(Permission.ASSIGN_CASES)
def case_assign(code: str) -> AnyResponse:
    """A supervisor lets a caseworker work on the case."""
    form = load_form(AssignSchema())
    if not form.errors:
        with form.attempt(), posting() as post:
            case = queries.get_case(post.session, code, actor=current_actor())
            operations.assign_case(
                post.session,
                case.survivor,
                form.data["staff_id"],
                actor=current_actor(),
                now=clock.now(),
            )
            return post.redirect(url_for(".case_show", code=case.code))
    return case_page(code, 422, assign=form)


@blueprint.post("/staff/cases/<code>/release")
@permit(Permission.ASSIGN_CASES)
def case_release(code: str) -> AnyResponse:
    """A supervisor ends a colleague's work on the case."""
    form = load_form(AssignSchema())
    try:
        if not form.errors:
            with posting() as post:
                case = queries.get_case(post.session, code, actor=current_actor())
                operations.release_case(
                    post.session,
                    case.survivor,
                    form.data["staff_id"],
                    actor=current_actor(),
                    now=clock.now(),
                )
                flash(gettext("The colleague no longer sees this case."), "done")
                return post.redirect(url_for(".case_list"))
    except Refused as refusal:
        flash(refusal_text(refusal), "due")
    return case_page(code, 422)
