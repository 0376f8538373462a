"""What every command shares: who may give it, what it takes, how it answers."""

from typing import Any

from flask import Blueprint, Response, request, url_for

from ..api import answer, refusal_of, world
from ..config import Account
from ..errors import StripeError, missing
from ..params import fields, text
from ..scope import Scope
from ..state import Doc

bp = Blueprint("control", __name__, url_prefix="/_twin")

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@bp.before_request
def only_from_here() -> None:
    """No other machine, and no other site's page in a browser of this one."""
    host = request.host.rpartition(":")[0].strip("[]") or request.host
    origin = request.headers.get("Origin")
    is_foreign = origin is not None and origin != request.host_url.rstrip("/")
    if request.remote_addr not in _LOOPBACK or host not in _LOOPBACK or is_foreign:
        raise StripeError("The control surface is for this machine only.", status=403)


def asked_for(*, required: tuple[str, ...] = (), **known: Any) -> Doc:
    """The command's fields, from JSON or from a form of the board."""
    sent = request.get_json() if request.is_json else request.form.to_dict()
    asked: Doc = fields(required=required, api_key=text(), **known)(sent, "")
    return asked


def account_of(asked: Doc) -> Account:
    """The account named by `api_key`; without one, the first."""
    accounts = world().settings.accounts
    if "api_key" not in asked:
        return accounts[0]
    for account in accounts:
        if account.api_key == asked["api_key"]:
            return account
    raise StripeError("No practice account has this key.", status=404, param="api_key")


def scope_of(object_id: str, param: str) -> Scope:
    """Ids are unique, so a command on an object needs no key."""
    owner = world().store.find_account_of(object_id)
    for account in world().settings.accounts:
        if account.id == owner:
            return world().scope(account)
    raise missing("object", object_id, param)


def done(body: Doc) -> Response:
    if request.is_json or request.method == "GET":
        return answer(body)
    return Response(status=303, headers={"Location": url_for("board.show")})


@bp.errorhandler(StripeError)
def refused(error: StripeError) -> Response:
    """A refused press of a button is said on the board; a program gets the error itself."""
    is_button = error.status == 400 and not request.is_json
    if is_button:
        location = url_for("board.show", said=error.message)
        return Response(status=303, headers={"Location": location})
    return refusal_of(error)
