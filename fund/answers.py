"""How errors are answered: a calm sentence and the next step, in the reader's language."""

import secrets
from dataclasses import dataclass

import structlog
from flask import Flask, Response, g, make_response, redirect, render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response as AnyResponse

from fund import i18n
from fund.errors import Conflict, Denied, FundError, NotFound, Refused, Unavailable, where
from fund.i18n import N_
from fund.permissions import ANONYMOUS
from fund.web import Repeated, current_actor

log = structlog.get_logger(__name__)

STATUS: dict[type[FundError], int] = {
    Refused: 422,
    NotFound: 404,
    Conflict: 409,
    Denied: 403,
    Unavailable: 503,
}


@dataclass(frozen=True)
class Sentence:
    """What happened and what to do now; both msgids."""

    message: str
    next_step: str


_UNKNOWN = Sentence(
    N_("This is not possible as things stand."),
    N_("Go back to the page before, or start again from the front page."),
)

SENTENCES = {
    400: Sentence(
        N_("The form did not arrive whole."),
        N_("Go back, load the page again and send it once more. Nothing was changed."),
    ),
    401: Sentence(
        N_("You are signed out."),
        N_("Sign in, and you come back to where you were."),
    ),
    403: Sentence(
        N_("Your role does not allow this."),
        N_("If you think that it should, ask an administrator. Nothing was changed."),
    ),
    404: Sentence(
        N_("There is no such page, or it is not yours to open."),
        N_("Check the address, or start again from the front page."),
    ),
    405: Sentence(
        N_("This address only takes a form that was filled in."),
        N_("Start again from the front page."),
    ),
    409: Sentence(
        N_("Somebody changed this while you were working."),
        N_("Go back, and you find what you typed. Load the page anew to see what changed."),
    ),
    413: Sentence(
        N_("That file is too large."),
        N_("Send one of at most 15 MB; a photograph of the paper is enough. Nothing was changed."),
    ),
    422: Sentence(
        N_("This is not possible as things stand."),
        N_("Go back, and you find what you typed. Nothing was changed."),
    ),
    429: Sentence(
        N_("Too many tries."),
        N_("Wait a minute, then try again."),
    ),
    500: Sentence(
        N_("Something went wrong on our side."),
        N_("Nothing is half done. Please try again; if it stays, tell us the number below."),
    ),
    503: Sentence(
        N_("A part that we need does not answer."),
        N_("Nothing was changed. Please try again in a few minutes."),
    ),
}


def init(app: Flask) -> None:
    """Answer every error of `app` with one of the pages here."""
    for error in STATUS:
        app.register_error_handler(error, _answer_error)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(OperationalError, _answer_database_down)
    app.register_error_handler(Repeated, _answer_repeated)
    app.logger.disabled = True  # an unexpected error is logged once, as JSON, by _answer_http


def error_page(status: int, message: str = "", number: str = "") -> Response:
    """The page for `status`; `message` (translated) says more exactly what happened."""
    _settle_reader()
    sentence = SENTENCES.get(status, _UNKNOWN)
    page = render_template(
        "errors/error.html",
        status=status,
        message=message or i18n.gettext(sentence.message),
        next_step=i18n.gettext(sentence.next_step),
        number=number,
    )
    return make_response(page, status)


def _settle_reader() -> None:
    """An error page must not fail for want of the database: then its reader is nobody known."""
    try:
        current_actor()
    except OperationalError:
        g.actor = ANONYMOUS


def _answer_error(error: FundError) -> Response:
    return error_page(STATUS[type(error)], i18n.refusal_text(error))


def _answer_http(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:
        return error
    if isinstance(error, InternalServerError):
        return _answer_unexpected(error)
    return error_page(400 if isinstance(error, CSRFError) else error.code)


def _answer_unexpected(error: InternalServerError) -> Response:
    number = secrets.token_hex(4)
    log.error("unexpected_error", number=number, **where(error.original_exception or error))
    return error_page(500, number=number)


def _answer_database_down(error: OperationalError) -> Response:
    log.error("database_unavailable", error=str(error.orig))
    g.actor = ANONYMOUS  # the page must not ask the database who is reading
    return error_page(503)


def _answer_repeated(error: Repeated) -> AnyResponse:
    return redirect(error.location, 303)
