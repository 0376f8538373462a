"""The page behind an invitation's letter."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from fund import clock
from fund.db import reading, transaction
from fund.people import operations, queries, signing_in
from fund.people.passwords import SHORTEST
from fund.people.schemas import NewPasswordSchema
from fund.people.views import browser
from fund.people.views.blueprint import blueprint
from fund.web import Form, load_form, public


@blueprint.route("/staff/invitation/<token>", methods=["GET", "POST"])
@public
def accept_invitation(token: str) -> str | Response | tuple[str, int]:
    """Choose a password; then comes the second factor."""
    if request.method == "GET":
        return _page(token, Form())
    form = load_form(NewPasswordSchema())
    now = clock.now()
    if not form.errors:
        with form.attempt(), transaction() as db:
            staff = operations.accept_invitation(db, token, password=form.data["password"], now=now)
            signing_in.note_signed_in(db, staff, now=now)
    if form.errors:
        return _page(token, form), 422
    browser.begin(staff, now=now)
    return browser.go(url_for("people.second_factor"), language=staff.language)


def _page(token: str, form: Form) -> str:
    with reading() as db:
        invitation = queries.get_open_invitation(db, token, now=clock.now())
        staff = queries.get_staff(db, invitation.staff_id)
        return render_template(
            "people/accept_invitation.html", form=form, staff=staff, shortest=SHORTEST
        )
