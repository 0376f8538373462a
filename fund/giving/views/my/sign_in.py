"""The way in: a link by mail, a page with a button, and the way out."""

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fund import clock
from fund.db import reading, transaction
from fund.giving import operations, queries
from fund.giving.schemas import LinkSchema
from fund.giving.views.my import browser
from fund.giving.views.room import blueprint
from fund.web import Form, load_form, posting, public


@blueprint.route("/my/sign-in", methods=["GET", "POST"])
@public
def my_sign_in() -> Response:
    """Ask for a link; the answer is the same whether or not we know the address."""
    if request.method == "GET":
        return make_response(render_template("giving/my_sign_in.html", form=Form()))
    form = load_form(LinkSchema())
    if not form.errors:
        with form.attempt(), posting() as post:
            operations.ask_for_link(
                post.session, email=form.data["email"], network=browser.network(), now=clock.now()
            )
            return post.redirect(url_for(".my_sent"))
    return make_response(render_template("giving/my_sign_in.html", form=form), 422)


@blueprint.get("/my/sent")
@public
def my_sent() -> str:
    """What to do now."""
    return render_template("giving/my_sent.html")


@blueprint.route("/my/open/<token>", methods=["GET", "POST"])
@public
def my_open(token: str) -> Response:
    """A page with a button, so that a mail scanner's look uses nothing up; the button opens."""
    form = Form()
    if request.method == "POST":
        with form.attempt(), posting() as post:
            visit_id = operations.open_portal(post.session, token, now=clock.now())
            answer = post.redirect(url_for(".my"))
            browser.begin(answer, visit_id)
            return answer
    with reading() as session:
        is_open = queries.is_link_open(session, token, now=clock.now())
    return make_response(
        render_template("giving/my_open.html", is_open=is_open, form=form), 200 if is_open else 422
    )


@blueprint.post("/my/sign-out")
@public
def my_sign_out() -> Response:
    """End the visit, here and with us."""
    with transaction() as session:
        operations.leave_portal(session, browser.visit_id())
    answer = redirect(url_for("reports.index"), 303)
    browser.end(answer)
    return answer
