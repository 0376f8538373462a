"""The idle lock, and the second factor that production asks of everyone.

After fifteen minutes without a sign of life a page asks for the password again. What was typed
travels with that question, sealed, so that the locked page shows nobody what it was; with the
right answer it goes on to where it was going, in the same request.
"""

import base64
import json

from flask import current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.wrappers import Response

from fund import clock, crypto, keys
from fund.db import reading, transaction
from fund.errors import Refused
from fund.people import queries, signing_in
from fund.people.schemas import UnlockSchema
from fund.people.views import browser
from fund.people.views.blueprint import blueprint
from fund.permissions import Permission
from fund.web import Form, before_staff, load_form, permit

IDLE_SECONDS = 15 * 60
LONG_SECONDS = 12 * 60 * 60  # from then on the password alone is not enough

# These must work for who is locked, or has no second factor yet.
_OPEN_WHILE_LOCKED = {"people.unlock"}
_OPEN_BEFORE_ENROLMENT = {"people.unlock", "people.second_factor", "people.keep_awake"}


@before_staff
def ask_who_was_away() -> Response | None:
    """Let the request through, or lock it and keep what it brought."""
    if request.endpoint in _OPEN_WHILE_LOCKED:
        return None
    now = clock.now()
    typed = request.form.get("unlock_typed")
    if browser.seconds_away(now) > IDLE_SECONDS:
        if request.method == "GET":
            return redirect(url_for("people.unlock", next=request.full_path.rstrip("?")))
        form = _try_unlock() if typed else Form()
        if form.errors or not typed:
            page = _page(form, action=request.full_path, typed=typed or _seal_typed())
            return make_response(page, 401)
    browser.touch(now)
    if typed:
        request.form = _open_typed(typed)
    return None


@before_staff
def ask_for_second_factor() -> Response | None:
    """In production nobody works without one."""
    if (
        not current_app.config["SETTINGS"].is_production
        or current_user.has_second_factor
        or request.endpoint in _OPEN_BEFORE_ENROLMENT
    ):
        return None
    return redirect(url_for("people.second_factor"), 303)


@blueprint.route("/staff/unlock", methods=["GET", "POST"])
@permit(Permission.USE_STAFF_PAGES)
def unlock() -> Response | str | tuple[str | Response, int]:
    """Ask for the password again, as a page or (from the lock over a page) as JSON."""
    action = url_for("people.unlock", next=request.args.get("next"))
    if request.method == "GET":
        return _page(Form(), action=action)
    form = _try_unlock()
    if request.accept_mimetypes.best == "application/json":
        messages = [message for found in form.errors.values() for message in found]
        return (jsonify(message=" ".join(messages)), 422) if messages else Response(status=204)
    if form.errors:
        return _page(form, action=action), 422
    return redirect(browser.next_path(), 303)


@blueprint.post("/staff/awake")
@permit(Permission.USE_STAFF_PAGES)
def keep_awake() -> Response:
    """A sign of life from somebody who types a long text."""
    return Response(status=204)


def _try_unlock() -> Form:
    form = load_form(UnlockSchema())
    if form.errors:
        return form
    now = clock.now()
    with transaction() as db:
        is_right = signing_in.unlock(
            db,
            current_user.staff_id,
            password=form.data["unlock_password"],
            code=form.data["unlock_code"] if _needs_code() else None,
            now=now,
        )
    if is_right:
        browser.touch(now)
    else:
        form.refuse(Refused("unlock_refused", field="unlock_password"))
    return form


def _needs_code() -> bool:
    return current_user.has_second_factor and browser.seconds_away(clock.now()) > LONG_SECONDS


def _seal_typed() -> str:
    fields = [item for item in request.form.items(multi=True) if item[0] != "csrf_token"]
    with reading() as db:
        staff = queries.get_staff(db, current_user.staff_id)
        sealed = keys.seal(db, staff.key_id, json.dumps(fields), context=_typed_context())
    return base64.urlsafe_b64encode(sealed).decode()


def _open_typed(typed: str) -> ImmutableMultiDict[str, str]:
    try:
        with reading() as db:
            staff = queries.get_staff(db, current_user.staff_id)
            sealed = base64.urlsafe_b64decode(typed)
            fields = keys.unseal(db, staff.key_id, sealed, context=_typed_context())
    except (ValueError, crypto.Unreadable):
        raise Refused("form_incomplete")
    return ImmutableMultiDict([(name, value) for name, value in json.loads(fields)])


def _typed_context() -> str:
    return f"people.typed:{current_user.staff_id}:{request.path}"


def _page(form: Form, *, action: str, typed: str = "") -> str:
    return render_template(
        "people/unlock.html",
        form=form,
        action=action,
        typed=typed,
        has_files=any(file.filename for file in request.files.values()),
        needs_code=_needs_code(),
    )
