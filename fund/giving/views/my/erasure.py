"""The donor asks to be forgotten, or no longer does."""

from flask import flash, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from fund import clock
from fund.db import reading
from fund.giving import operations, queries
from fund.giving.views.room import blueprint
from fund.i18n import gettext
from fund.web import Form, current_donor, donor_only, posting


@blueprint.route("/my/erasure", methods=["GET", "POST"])
@donor_only
def my_erasure() -> Response:
    """What would be forgotten, what the law lets nobody forget, and the wish."""
    if request.method == "GET":
        return _page(Form())
    form = Form()
    with form.attempt(), posting() as post:
        operations.ask_erasure(post.session, actor=current_donor(), now=clock.now())
        flash(gettext("We have your request, and answer by mail within 30 days."), "done")
        return post.redirect(url_for(".my"))
    return _page(form, 422)


@blueprint.post("/my/erasure/withdraw")
@donor_only
def my_erasure_withdraw() -> Response:
    """Rather be remembered."""
    with posting() as post:
        operations.withdraw_erasure(post.session, actor=current_donor(), now=clock.now())
        flash(gettext("Your request is taken back."), "done")
        return post.redirect(url_for(".my"))


def _page(form: Form, status: int = 200) -> Response:
    with reading() as session:
        bars = queries.find_erasure_bars(session, current_donor().donor_id, now=clock.now())
    return make_response(render_template("giving/my_erasure.html", form=form, bars=bars), status)
