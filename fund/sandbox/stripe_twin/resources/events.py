"""Events: what the sweep reads when a webhook was lost."""

from flask import Blueprint

from ..api import operation
from ..errors import missing
from ..listing import PAGING_BY_TIME, listed
from ..params import boolean, items, text
from ..scope import Scope
from ..state import Doc

bp = Blueprint("events", __name__)

KEPT_SECONDS = 30 * 86_400


@bp.get("/v1/events/<event>")
@operation()
def retrieve(scope: Scope, _params: Doc, event: str) -> Doc:
    found = scope.get("event", event, param="id")
    if found["created"] < scope.now - KEPT_SECONDS:
        raise missing("event", event, "id")
    return _with_waiting(scope, found)


@bp.get("/v1/events")
@operation(delivery_success=boolean, type=text(), types=items(text(), at_most=20), **PAGING_BY_TIME)
def list_(scope: Scope, params: Doc) -> Doc:
    # Stripe keeps events for thirty days.
    asked = params.get("created", {})
    oldest = max(scope.now - KEPT_SECONDS, asked.get("gte", 0))
    params["created"] = {**asked, "gte": oldest}
    types = params.get("types")
    if "type" in params:
        types = [params["type"]]
    is_delivered = params.get("delivery_success")
    page = listed(scope, "event", "/v1/events", params, types=types, is_delivered=is_delivered)
    page["data"] = [_with_waiting(scope, event) for event in page["data"]]
    return page


def _with_waiting(scope: Scope, event: Doc) -> Doc:
    waiting = scope.store.execute(
        """SELECT count(*) AS n FROM delivery
           WHERE account = :account AND event = :event AND status = 'pending'""",
        {"account": scope.account.id, "event": event["id"]},
    )
    return {**event, "pending_webhooks": waiting[0]["n"]}
