"""The page behind the link in the newsletter's mail: yes, no, no more."""

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from fund import clock, signed
from fund.db import reading, transaction
from fund.errors import NotFound
from fund.giving import operations
from fund.giving.models import NewsletterConsent
from fund.giving.policy import NEWSLETTER_PURPOSE
from fund.giving.views.room import blueprint, fresh
from fund.web import csrf, public


@blueprint.route("/give/newsletter/<token>", methods=["GET", "POST"])
@public
def newsletter(token: str) -> Response:
    """A page with buttons: what scans mails opens links too, and must answer nothing."""
    if request.method == "POST":
        is_wished = request.form.get("wish") == "confirm"  # else a mail program's one click
        do = operations.confirm_newsletter if is_wished else operations.stop_newsletter
        with transaction() as session:
            do(session, token, now=clock.now())
    consent_id = signed.read(NEWSLETTER_PURPOSE, token)
    with reading() as session:
        consent = session.get(NewsletterConsent, consent_id) if consent_id else None
        if consent is None:
            raise NotFound
        answer = fresh(make_response(render_template("giving/newsletter.html", consent=consent)))
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


csrf.exempt(newsletter)  # a mail program posts here by itself (RFC 8058); the token stands in
