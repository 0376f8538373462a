"""What a browser remembers of who signed in."""

from datetime import datetime

from flask import redirect, request, session, url_for
from flask_login import login_user
from werkzeug.wrappers import Response

from fund.i18n import remember_language
from fund.pages import safe_path
from fund.people import queries
from fund.people.models import Staff


def begin(staff: Staff, *, now: datetime) -> None:
    """Start a session from nothing, so that one planted before sign-in is worth nothing."""
    session.clear()
    login_user(queries.signed_in(staff, now=now))
    touch(now)


def touch(now: datetime) -> None:
    """The person is here at `now`."""
    session["seen_at"] = now.timestamp()


def seconds_away(now: datetime) -> float:
    """How long nothing was heard from this browser; endless if it never was."""
    seen_at: float | None = session.get("seen_at")
    return now.timestamp() - seen_at if seen_at is not None else float("inf")


def next_path(wanted: str | None = None) -> str:
    """Where `next` leads if that is a staff page, else the home page."""
    target = wanted if wanted is not None else request.values.get("next", "")
    is_ours = target.startswith("/staff/") and safe_path(target) == target
    return target if is_ours else url_for("reports.home")


def go(path: str, *, language: str) -> Response:
    """Redirect, and speak `language` from there on."""
    answer = redirect(path, 303)
    remember_language(answer, language)
    return answer
