"""Donors who ask to be forgotten, for the data-protection contact. Their names stand nowhere."""

from uuid import UUID

from flask import flash, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from fund import clock
from fund.db import reading
from fund.giving import operations, queries
from fund.giving.choices import ERASURE_REASONS, ERASURE_STATES
from fund.giving.schemas import ErasureSchema
from fund.giving.views.room import blueprint
from fund.i18n import gettext, options
from fund.permissions import Permission
from fund.web import Form, current_actor, load_form, permit, posting


@blueprint.get("/staff/erasure")
@permit(Permission.DECIDE_ERASURE)
def erasure_list() -> str:
    """Every request, newest first."""
    with reading() as session:
        rows = queries.list_erasures(session, before=request.args.get("before", type=UUID))
    return render_template("giving/erasure_list.html", rows=rows, states=ERASURE_STATES)


@blueprint.get("/staff/erasure/<uuid:request_id>")
@permit(Permission.DECIDE_ERASURE)
def erasure_show(request_id: UUID) -> Response:
    """One request, and what is to be weighed."""
    return _page(request_id, Form())


@blueprint.post("/staff/erasure/<uuid:request_id>")
@permit(Permission.DECIDE_ERASURE)
def erasure_decide(request_id: UUID) -> Response:
    """Forget the donor for good, or say why not."""
    form = load_form(ErasureSchema())
    if not form.errors:
        with form.attempt(), posting() as post:
            actor, now = current_actor(), clock.now()
            if form.data["decision"] == "grant":
                operations.grant_erasure(post.session, request_id, actor=actor, now=now)
                flash(gettext("The donor is forgotten, and is told so by a last mail."), "done")
            else:
                reason = form.data["reason"]
                operations.refuse_erasure(
                    post.session, request_id, reason=reason, actor=actor, now=now
                )
                flash(gettext("The donor is told why not."), "done")
            return post.redirect(url_for(".erasure_list"))
    return _page(request_id, form, 422)


def _page(request_id: UUID, form: Form, status: int = 200) -> Response:
    with reading() as session:
        page = render_template(
            "giving/erasure_show.html",
            form=form,
            asked=queries.get_erasure(session, request_id, now=clock.now()),
            states=ERASURE_STATES,
            reasons=ERASURE_REASONS,
            choices=options(ERASURE_REASONS),
        )
    return make_response(page, status)
