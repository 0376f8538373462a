"""The tour's page: each step opens as the right person in one click."""

from datetime import UTC, datetime

from flask import current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from fund import clock, i18n
from fund.db import reading, transaction
from fund.errors import NotFound
from fund.people import signing_in
from fund.people.choices import ROLE_NAMES
from fund.people.queries import find_staff_by_email
from fund.people.views import browser
from fund.sandbox import tour as course
from fund.sandbox.views.blueprint import blueprint
from fund.web import public

# When the tour began, in seconds, and what was only opened since: `1764000000.trail`. A cookie of
# its own, because signing in as somebody else begins a new session.
COOKIE = "tour"


@blueprint.get("/sandbox/tour")
@public
def tour() -> AnyResponse:
    """Five steps, ticked when done."""
    start, opened = _progress()
    with reading() as session:
        done = course.done_since(session, start) | opened
    page = render_template(
        "sandbox/tour.html",
        steps=[
            (step, [(act, act.key in done) for act in step.acts], step.acts[-1].key in done)
            for step in course.STEPS
        ],
        role_names={who: ROLE_NAMES[role] for who, role in course.ROLES.items()},
    )
    return _remember(make_response(page), start, opened)


@blueprint.post("/sandbox/tour/<key>")
@public
def step(key: str) -> AnyResponse:
    """Become the person who does this, and open the page where it is done."""
    act = course.ACTS.get(key)
    if act is None:
        raise NotFound
    start, opened = _progress()
    answer: AnyResponse = redirect(url_for(act.endpoint), 303)
    if act.who is not None:
        answer = _sign_in(course.EMAILS[act.who], url_for(act.endpoint))
    return _remember(answer, start, opened | ({key} & course.OPENED_ONLY))


@blueprint.post("/sandbox/tour")
@public
def restart() -> AnyResponse:
    """Begin the tour anew; what was done stays in the fund."""
    return _remember(redirect(url_for("sandbox.tour"), 303), _now(), set())


def _sign_in(email: str, path: str) -> AnyResponse:
    now = clock.now()
    with transaction() as session:
        staff = find_staff_by_email(session, email)
        if staff is None:
            raise NotFound
        signing_in.note_signed_in(session, staff, now=now)
    browser.begin(staff, now=now)
    return browser.go(path, language=i18n.language())


def _progress() -> tuple[datetime, set[str]]:
    """Since when, and what was opened; from now on if the cookie says nothing useful."""
    seconds, *opened = request.cookies.get(COOKIE, "").split(".")
    try:
        start = datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return _now(), set()
    return start, set(opened) & course.OPENED_ONLY


def _now() -> datetime:
    return clock.now().replace(microsecond=0)


def _remember(answer: AnyResponse, start: datetime, opened: set[str]) -> AnyResponse:
    answer.set_cookie(
        COOKIE,
        ".".join([str(int(start.timestamp())), *sorted(opened)]),
        samesite="Lax",
        httponly=True,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return answer
