"""Events: what the sweep reads when a webhook was lost."""

from flask import Blueprint

from ..api import operation
from ..listing import PAGING_BY_TIME, listed
from ..params import items, text
from ..scope import Scope
from ..state import Doc

bp = Blueprint("events", __name__)


@bp.get("/v1/events/<event>")
@operation()
def retrieve(scope: Scope, _params: Doc, event: str) -> Doc:
    return _with_waiting(scope, scope.get("event", event, param="id"))


@bp.get("/v1/events")
@operation(type=text(), types=items(text(), at_most=20), **PAGING_BY_TIME)
def list_(scope: Scope, params: Doc) -> Doc:
    types = params.get("types")
    if "type" in params:
        types = [params["type"]]
    page = listed(scope, "event", "/v1/events", params, types=types)
    page["data"] = [_with_waiting(scope, event) for event in page["data"]]
    return page


def _with_waiting(scope: Scope, event: Doc) -> Doc:
    waiting = scope.store.execute(
        """SELECT count(*) AS n FROM delivery
           WHERE account = :account AND event = :event AND status = 'pending'""",
        {"account": scope.account.id, "event": event["id"]},
    )
    return {**event, "pending_webhooks": waiting[0]["n"]}
