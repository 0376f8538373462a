"""The twin as a Flask application."""

import time

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from . import board, checkout, control, portal
from .api import answer, authenticate, check_version, refusal_of, world
from .config import API_VERSION
from .errors import StripeError
from .ids import new_id
from .money import formatted
from .resources.blueprints import BLUEPRINTS
from .world import World


def create_app(twin: World) -> Flask:
    app = Flask(__name__)
    app.extensions["twin"] = twin
    app.jinja_env.filters["money"] = formatted
    app.jinja_env.filters["when"] = board.day_and_time
    for blueprint in (*BLUEPRINTS, checkout.bp, portal.bp, control.bp, board.bp):
        app.register_blueprint(blueprint)
    app.before_request(_admit)
    app.after_request(_sign)
    app.register_error_handler(StripeError, refusal_of)
    app.register_error_handler(HTTPException, _unrecognized)
    app.add_url_rule("/healthz", "healthz", lambda: {"status": "ok"})
    return app


def _is_api_call() -> bool:
    return request.path.startswith("/v1/")


def _endpoint() -> str:
    """`GET /v1/refunds/{refund}`: as Stripe writes and limits it."""
    rule = request.url_rule.rule if request.url_rule else "unknown"
    template = rule.replace("<", "{").replace(">", "}")
    return f"{request.method} {template}"


def _admit() -> None:
    """Who calls, after whatever the switches do to a caller's patience."""
    if not _is_api_call():
        return
    g.request_id = new_id("req", 14)
    endpoint = _endpoint()
    world().calls.add(endpoint)
    switches = world().store.switches()
    if switches["hang"]:
        time.sleep(switches["hang"])
    if switches["down"]:
        raise StripeError(
            "Stripe is temporarily unavailable. Please try again.", status=503, kind="api_error"
        )
    check_version()
    g.account = authenticate()
    world().limits.take(switches["limits"], g.account.id, endpoint)


def _sign(response: Response) -> Response:
    """Stripe's headers on the API; on pages, nothing from elsewhere, nothing framed or kept.

    There is no form-action, because a browser applies it to the redirect back to the fund too.
    """
    if _is_api_call():
        response.headers["Request-Id"] = g.request_id
        response.headers["Stripe-Version"] = API_VERSION
        if "Idempotency-Key" in request.headers:
            response.headers["Idempotency-Key"] = request.headers["Idempotency-Key"]
    elif response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none';"
            " frame-ancestors 'none'"
        )
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _unrecognized(error: HTTPException) -> Response | HTTPException:
    if not request.path.startswith(("/v1/", "/_twin/")):
        return error
    code = error.code or 500
    if code in (404, 405):
        message = f"Unrecognized request URL ({request.method}: {request.path})."
        return answer(StripeError(message).body(), 404)
    kind = "api_error" if code >= 500 else "invalid_request_error"
    return answer(StripeError(error.description or error.name, kind=kind).body(), code)
