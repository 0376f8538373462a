"""Donor records that may be one person's: the list, two side by side, and the decision."""

from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from fund import clock
from fund.db import reading
from fund.giving import operations, queries
from fund.giving.choices import LIKENESSES, ONE, OTHER
from fund.giving.queries.merging import MOST_PAIRS
from fund.giving.schemas import MergeSchema, TwoDonorsSchema
from fund.giving.views.room import blueprint
from fund.i18n import gettext
from fund.permissions import Permission
from fund.web import Form, current_actor, load_form, permit, posting


@blueprint.get("/staff/donors/alike")
@permit(Permission.MERGE_DONORS)
def merge_list() -> Response:
    """Who may be one person, by what the records are alike in."""
    return _list(Form())


@blueprint.post("/staff/donors/alike")
@permit(Permission.MERGE_DONORS)
def merge_find() -> Response:
    """Two donors by their addresses, which stand in no address of a page."""
    form = load_form(TwoDonorsSchema())
    if not form.errors:
        with form.attempt(), reading() as session:
            one, other = operations.find_two(session, **form.data)
            return redirect(url_for(".merge_show", one_id=one, other_id=other), 303)
    return _list(form, 422)


def _list(form: Form, status: int = 200) -> Response:
    with reading() as session:
        pairs = queries.list_pairs(session)
    page = render_template(
        "giving/merge_list.html",
        form=form,
        pairs=pairs,
        kinds=LIKENESSES,
        is_full=len(pairs) == MOST_PAIRS,
    )
    return make_response(page, status)


@blueprint.get("/staff/donors/<uuid:one_id>/<uuid:other_id>")
@permit(Permission.MERGE_DONORS)
def merge_show(one_id: UUID, other_id: UUID) -> Response:
    """Two records side by side, and what is to stay of each."""
    return _show(one_id, other_id, Form())


@blueprint.post("/staff/donors/<uuid:one_id>/<uuid:other_id>")
@permit(Permission.MERGE_DONORS)
def merge_donors(one_id: UUID, other_id: UUID) -> Response:
    """Make one donor of both."""
    form = load_form(MergeSchema())
    if not form.errors:
        stays = form.data["email"]
        keep, gone = (one_id, other_id) if stays == ONE else (other_id, one_id)
        with form.attempt(), posting() as post:
            operations.merge_donors(
                post.session,
                keep,
                gone,
                takes_name=form.data["name"] != stays,
                takes_language=form.data["language"] != stays,
                actor=current_actor(),
                now=clock.now(),
            )
            flash(gettext("The two records are one donor’s now."), "done")
            return post.redirect(url_for(".merge_list"))
    return _show(one_id, other_id, form, 422)


@blueprint.post("/staff/donors/<uuid:one_id>/<uuid:other_id>/apart")
@permit(Permission.MERGE_DONORS)
def merge_dismiss(one_id: UUID, other_id: UUID) -> Response:
    """They are two persons: do not propose them again."""
    with posting() as post:
        operations.keep_apart(
            post.session, one_id, other_id, actor=current_actor(), now=clock.now()
        )
        flash(gettext("The two are not proposed again."), "done")
        return post.redirect(url_for(".merge_list"))


def _show(one_id: UUID, other_id: UUID, form: Form, status: int = 200) -> Response:
    with reading() as session:
        one, other = queries.get_two(session, one_id, other_id)
        page = render_template(
            "giving/merge_show.html", form=form, sides=((ONE, one), (OTHER, other))
        )
    return make_response(page, status)
