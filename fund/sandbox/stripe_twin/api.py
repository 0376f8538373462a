"""One call of the API from key to answer: who, what, once, and with what unfolded."""

import hashlib
import json
from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any, cast

from flask import Response, current_app, g, request

from .config import API_VERSION, Account
from .errors import Declined, StripeError
from .expand import expanded
from .params import EXPAND, Field, fields, parse
from .scope import Scope
from .state import Doc
from .world import World

Handler = Callable[..., Doc]
_KEY_LIFE_SECONDS = 24 * 3600


def world() -> World:
    return cast(World, current_app.extensions["twin"])


def operation(*, required: tuple[str, ...] = (), **known: Field) -> Callable[[Handler], Any]:
    """Make an API endpoint of `handler(scope, params, **path) -> object`, taking these fields."""
    accepted = fields(required=required, expand=EXPAND, **known)

    def decorate(handler: Handler) -> Callable[..., Response]:
        @wraps(handler)
        def endpoint(**path: str) -> Response:
            pairs = [
                *request.args.items(multi=True),
                *request.form.items(multi=True),
            ]
            key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
            scope = world().scope(g.account, request_id=g.request_id, idempotency_key=key)

            def perform() -> Response:
                params = accepted(parse(pairs), "")
                unfold = params.pop("expand", [])
                is_done = world().faults.take(request.method, request.path)
                if is_done is False:
                    return refusal_of(_broken())
                try:
                    doc = handler(scope, params, **path)
                except Declined as error:
                    return answer(error.body(), error.status)
                return refusal_of(_broken()) if is_done else answer(expanded(scope, doc, unfold))

            with world().keys_in_use.taken(g.account.id, key) if key else nullcontext():
                try:
                    with scope.store.transaction():
                        return _once(scope, key, pairs, perform) if key else perform()
                finally:
                    # What was done is done and kept; only whoever asked does not know it yet.
                    world().holds.wait(request.method, request.path)

        return endpoint

    return decorate


def _broken() -> StripeError:
    message = "An unexpected error occurred. We have been notified of the problem."
    return StripeError(message, status=500, kind="api_error")


def answer(body: Doc, status: int = 200) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/json")


def refusal_of(error: StripeError) -> Response:
    response = answer(error.body(), error.status)
    response.headers.update(error.headers)
    return response


def authenticate() -> Account:
    """The account of the key in `Authorization`; 401 for none or an unknown one."""
    given = request.authorization
    key = None
    if given is not None:
        key = given.token if given.type == "bearer" else given.username
    if not key:
        raise StripeError(
            "You did not provide an API key. You need to provide your API key in the"
            " Authorization header, using Bearer auth.",
            status=401,
        )
    for account in world().settings.accounts:
        if account.api_key == key:
            return account
    raise StripeError(f"Invalid API Key provided: {key[:7]}****{key[-4:]}", status=401)


def check_version() -> None:
    """The twin speaks one version; an older shape would be a lie, so it is refused."""
    asked = request.headers.get("Stripe-Version", API_VERSION)
    if asked != API_VERSION:
        raise StripeError(f"Invalid Stripe API version: {asked}. The twin speaks {API_VERSION}.")


def _once(
    scope: Scope, key: str, pairs: list[tuple[str, str]], perform: Callable[[], Response]
) -> Response:
    """Stripe page "Idempotent requests": the first answer is the answer, an error included."""
    if len(key) > 255:
        raise StripeError("Idempotency keys can be at most 255 characters long.")
    endpoint = f"{request.method} {request.path}"
    fingerprint = hashlib.sha256(json.dumps(sorted(pairs)).encode()).hexdigest()
    known = scope.store.execute(
        "SELECT * FROM idempotency WHERE account = :account AND key = :key AND created > :since",
        {"account": scope.account.id, "key": key, "since": scope.now - _KEY_LIFE_SECONDS},
    )
    if known:
        first = known[0]
        if (first["endpoint"], first["fingerprint"]) != (endpoint, fingerprint):
            raise StripeError(
                "Keys for idempotent requests can only be used with the same parameters they"
                f" were first used with. Try using a key other than '{key}' if you meant to"
                " execute a different request.",
                kind="idempotency_error",
            )
        replay = Response(first["body"], first["status"], mimetype="application/json")
        replay.headers["Idempotent-Replayed"] = "true"
        replay.headers["Original-Request"] = first["request_id"]
        return replay
    try:
        with scope.store.savepoint():
            response = perform()
    except StripeError as error:
        if error.is_validation:
            raise
        response = answer(error.body(), error.status)
    scope.store.execute(
        """INSERT OR REPLACE INTO idempotency VALUES
           (:account, :key, :endpoint, :fingerprint, :status, :body, :request_id, :created)""",
        {
            "account": scope.account.id,
            "key": key,
            "endpoint": endpoint,
            "fingerprint": fingerprint,
            "status": response.status_code,
            "body": response.get_data(as_text=True),
            "request_id": scope.request_id,
            "created": scope.now,
        },
    )
    return response
