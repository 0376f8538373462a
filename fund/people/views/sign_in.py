"""Signing in and out: a password, then a code where there is a second factor."""

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from fund import clock
from fund.db import transaction
from fund.errors import Refused
from fund.people import queries, signing_in
from fund.people.models import Staff
from fund.people.schemas import CodeSchema, SignInSchema
from fund.people.views import browser
from fund.people.views.blueprint import blueprint
from fund.web import Form, load_form, public

CODE_SECONDS = 10 * 60
Answer = str | Response | tuple[str, int]


@blueprint.route("/staff/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Answer:
    """E-mail and password."""
    if request.method == "GET":
        return render_template("people/sign_in.html", form=Form())
    form = load_form(SignInSchema())
    if not form.errors:
        now = clock.now()
        with transaction() as db:
            staff = signing_in.check_password(db, **form.data, now=now)
            if staff is not None and not staff.has_second_factor:
                signing_in.note_signed_in(db, staff, now=now)
        if staff is not None:
            return _ask_code(staff) if staff.has_second_factor else _let_in(staff)
        form.refuse(Refused("sign_in_refused"))
    return render_template("people/sign_in.html", form=form), 422


@blueprint.route("/staff/sign-in/code", methods=["GET", "POST"])
@public
def sign_in_code() -> Answer:
    """The one-time code, within ten minutes of the password."""
    awaiting = session.get("awaiting_code")
    if awaiting is None or awaiting["until"] < clock.now().timestamp():
        return redirect(url_for("people.sign_in", next=request.values.get("next")))
    if request.method == "GET":
        return render_template("people/sign_in_code.html", form=Form())
    form = load_form(CodeSchema())
    if not form.errors:
        now = clock.now()
        with transaction() as db:
            asked = queries.find_signed_in(db, awaiting["session_id"], now=now)
            code = form.data["code"]
            staff = signing_in.check_code(db, asked.staff_id, code, now=now) if asked else None
            if staff is not None:
                signing_in.note_signed_in(db, staff, now=now)
        if staff is not None:
            return _let_in(staff)
        form.refuse(Refused("code_refused", field="code"))
    return render_template("people/sign_in_code.html", form=form), 422


@blueprint.post("/staff/sign-out")
@public
def sign_out() -> Response:
    """End this browser's session."""
    session.clear()
    return redirect(url_for("people.sign_in"), 303)


def _ask_code(staff: Staff) -> Response:
    session.clear()
    session["awaiting_code"] = {
        "session_id": staff.session_id,
        "until": clock.now().timestamp() + CODE_SECONDS,
    }
    return redirect(url_for("people.sign_in_code", next=request.values.get("next")), 303)


def _let_in(staff: Staff) -> Response:
    browser.begin(staff, now=clock.now())
    return browser.go(browser.next_path(), language=staff.language)
