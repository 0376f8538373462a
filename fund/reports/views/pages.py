"""Public pages, each person's home page, and what every page leans on (language, the way out)."""

from collections.abc import Callable
from datetime import datetime

from flask import (
    Response,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import (
    session as browser_session,
)
from flask_login import logout_user
from werkzeug.wrappers import Response as AnyResponse

from fund import clock
from fund.db import reading
from fund.i18n import LANGUAGES, remember_language
from fund.pages import NEUTRAL_SITE, safe_path
from fund.people.models import Organisation
from fund.people.queries import find_organisation
from fund.permissions import Permission
from fund.reports import home as waiting
from fund.reports.queries import PublicFigures, get_public_figures
from fund.reports.views.blueprint import blueprint
from fund.web import csrf, current_actor, permit, public


@blueprint.get("/")
@public
def index() -> str:
    """What the fund is for, what it holds, and the way to give."""
    return render_template("reports/index.html")


@blueprint.get("/about")
@public
def about() -> str:
    """Who we are."""
    return render_template("reports/about.html", organisation=_organisation())


@blueprint.get("/how-it-works")
@public
def how() -> str:
    """A gift's way, step by step, and how to check it."""
    return render_template("reports/how.html")


@blueprint.get("/privacy")
@public
def privacy() -> str:
    """What is kept about whom, why and how long."""
    return render_template("reports/privacy.html", organisation=_organisation())


@blueprint.app_context_processor
def offer_figures() -> dict[str, Callable[[], tuple[PublicFigures, datetime]]]:
    """Let any page show the fund's figures; the books are read only if it does."""
    return {"fund_figures": _figures}


def _figures() -> tuple[PublicFigures, datetime]:
    now = clock.now()
    with reading() as session:
        return get_public_figures(session, now=now), now


def _organisation() -> Organisation | None:
    with reading() as session:
        return find_organisation(session)


@blueprint.get("/staff/")
@permit(Permission.USE_STAFF_PAGES)
def home() -> str:
    """What waits on the person who is signed in."""
    now = clock.now()
    today = clock.bangkok_day(now)
    with reading() as session:
        found = waiting.list_waiting(session, current_actor(), now=now)
    return render_template(
        "reports/home.html",
        total=len(found),
        due_soon=waiting.count_due_soon(found, today),
        sections=waiting.sections_of(found, today),
    )


@blueprint.post("/language")
@public
def switch_language() -> AnyResponse:
    """Remember the reader's language and show the same page again."""
    response = redirect(safe_path(request.form.get("next", "/")), 303)
    language = request.form.get("language")
    if language in LANGUAGES:
        remember_language(response, language)
    return response


# Without a CSRF token, so that a visitor who only reads gets no session cookie; the worst that a
# foreign form could do is to change the language.
csrf.exempt(switch_language)


@blueprint.get("/leave")
@public
def leave() -> AnyResponse:
    """The quick exit: signed out, and on a neutral site that does not learn where one was.

    A link rather than a form, because a form's redirect may not leave this site (CSP).
    """
    logout_user()
    browser_session.clear()
    response = redirect(NEUTRAL_SITE, 303)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Clear-Site-Data"] = '"cache"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/favicon.ico")
@public
def favicon() -> AnyResponse:
    """For what asks without reading the page."""
    return redirect(url_for("static", filename="brand.svg"))


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    """Search engines may read the public pages only."""
    closed = ("/staff/", "/my", "/give/thanks/", "/webhooks/", "/leave", "/metrics")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    response = make_response("\n".join(lines) + "\n")
    response.content_type = "text/plain; charset=utf-8"
    return response
