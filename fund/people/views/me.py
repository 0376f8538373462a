"""My sign-in: language, password, second factor, and an end to every session."""

import segno
from flask import current_app, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from fund import clock
from fund.db import reading, transaction
from fund.errors import Refused
from fund.people import operations, queries, signing_in
from fund.people.passwords import SHORTEST
from fund.people.schemas import ChangePasswordSchema, LanguageSchema, SecondFactorSchema
from fund.people.views import browser
from fund.people.views.blueprint import blueprint
from fund.permissions import Permission
from fund.web import Form, load_form, permit, posting


@blueprint.get("/staff/me")
@permit(Permission.USE_STAFF_PAGES)
def my_sign_in() -> str:
    """All of it on one page."""
    return _page(Form())


@blueprint.post("/staff/me/language")
@permit(Permission.USE_STAFF_PAGES)
def choose_language() -> Response | tuple[str, int]:
    """The language of my pages and mails."""
    form = load_form(LanguageSchema())
    if form.errors:
        return _page(form), 422
    language = form.data["language"]
    with transaction() as db:
        staff = queries.get_staff(db, current_user.staff_id)
        operations.choose_language(db, staff, language, now=clock.now())
    return browser.go(url_for("people.my_sign_in"), language=language)


@blueprint.post("/staff/me/password")
@permit(Permission.USE_STAFF_PAGES)
def change_password() -> Response | tuple[str, int]:
    """A new password ends the sessions on my other devices."""
    form = load_form(ChangePasswordSchema())
    now = clock.now()
    if not form.errors:
        with form.attempt(), transaction() as db:
            staff = queries.get_staff(db, current_user.staff_id, lock=True)
            changed = signing_in.change_password(
                db, staff, present=form.data["present"], password=form.data["password"], now=now
            )
            if not changed:
                form.refuse(Refused("wrong_password", field="present"))
    if form.errors:
        return _page(form), 422
    browser.begin(staff, now=now)
    return browser.go(url_for("people.my_sign_in", done="password"), language=staff.language)


@blueprint.post("/staff/me/sign-out-everywhere")
@permit(Permission.USE_STAFF_PAGES)
def sign_out_everywhere() -> Response:
    """On this device too."""
    with posting() as post:
        staff = queries.get_staff(post.session, current_user.staff_id, lock=True)
        signing_in.sign_out_everywhere(post.session, staff, now=clock.now())
        answer = post.redirect(url_for("people.sign_in"))
    session.clear()
    return answer


@blueprint.route("/staff/me/second-factor", methods=["GET", "POST"])
@permit(Permission.USE_STAFF_PAGES)
def second_factor() -> Response | str | tuple[str, int]:
    """Show a secret to an authenticator app, and take its first code as proof."""
    if request.method == "GET":
        return _second_factor_page(Form())
    form = load_form(SecondFactorSchema())
    now = clock.now()
    if not form.errors:
        with form.attempt(), transaction() as db:
            staff = queries.get_staff(db, current_user.staff_id, lock=True)
            signing_in.enrol_second_factor(db, staff, **form.data, now=now)
    if form.errors:
        return _second_factor_page(form), 422
    browser.begin(staff, now=now)
    path = url_for("people.my_sign_in", done="second_factor")
    return browser.go(path, language=staff.language)


def _page(form: Form) -> str:
    with reading() as db:
        staff = queries.get_staff(db, current_user.staff_id)
        return render_template("people/my_sign_in.html", form=form, staff=staff, shortest=SHORTEST)


def _second_factor_page(form: Form) -> str:
    with reading() as db:
        staff = queries.get_staff(db, current_user.staff_id)
        offer = signing_in.offer_second_factor(db, staff, form.raw.get("offer"))
    uri = signing_in.provisioning_uri(staff, offer.secret)
    return render_template(
        "people/second_factor.html",
        form=form,
        staff=staff,
        offer=offer,
        image=segno.make(uri).svg_data_uri(scale=5, border=3, light="white"),
        may_wait=not current_app.config["SETTINGS"].is_production,
    )
