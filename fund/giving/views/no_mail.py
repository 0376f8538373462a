"""The link at the foot of a mail about a gift in somebody's name: no such mail again."""

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from fund import clock, signed
from fund.db import transaction
from fund.errors import NotFound
from fund.giving.dedications import NO_MAIL, refuse_mail
from fund.giving.views.room import blueprint, fresh
from fund.web import csrf, public


@blueprint.route("/give/no-mail/<token>", methods=["GET", "POST"])
@public
def no_mail(token: str) -> Response:
    """A page with a button: what scans mails opens links too, and must stop nothing."""
    if signed.read(NO_MAIL, token) is None:
        raise NotFound
    if request.method == "POST":
        with transaction() as session:
            refuse_mail(session, token, now=clock.now())
    is_done = request.method == "POST"
    answer = fresh(make_response(render_template("giving/no_mail.html", is_done=is_done)))
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


csrf.exempt(no_mail)  # a mail program posts here by itself (RFC 8058); the token stands in for ours
