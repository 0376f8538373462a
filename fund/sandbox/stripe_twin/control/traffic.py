"""Deliveries and calls: what is switched, counted, held back or sent again."""

from typing import Any

from flask import Response

from ..api import answer, world
from ..delivery import MOST_AT_ONCE
from ..params import Field, boolean, choice, integer, text
from ..state import DEFAULT_SWITCHES, Doc
from ..traffic import ACCOUNT_LIMITS
from .surface import asked_for, bp, done, scope_of

# What each switch takes; the others are on or off.
_SWITCHES: dict[str, Field] = {
    "delay": integer(0, 3600),
    "available_days": integer(0, 3600),
    "hang": integer(0, 3600),
    "rate_drift_bp": integer(-5000, 5000),
    "minimum_balance": integer(0),
    "drop_share": integer(0, 100),
    "drop_types": text(500),
    "snapshots_behind": integer(0, 100),
    "limits": choice("off", *ACCOUNT_LIMITS),
    "deliveries_at_once": integer(1, MOST_AT_ONCE),
}


@bp.post("/resend")
def resend() -> Response:
    """Deliver an event once more, as the dashboard's button does."""
    asked = asked_for(required=("event",), event=text())
    with world().store.transaction():
        scope = scope_of(asked["event"], "event")
        event = scope.get("event", asked["event"], param="event")
        world().store.execute(
            """INSERT INTO delivery (account, event, type, created_at, due_at, rank, status)
               VALUES (:account, :event, :type, :now, :now, 0, 'pending')""",
            {
                "account": scope.account.id,
                "event": event["id"],
                "type": event["type"],
                "now": world().now(),
            },
        )
    return done({"resent": event["id"]})


@bp.get("/deliveries")
def deliveries() -> Response:
    rows = world().store.execute("SELECT * FROM delivery ORDER BY seq DESC LIMIT 1000", {})
    return answer({"deliveries": [dict(row) for row in rows]})


@bp.get("/switches")
def switches() -> Response:
    return answer(world().store.switches())


@bp.post("/switches")
def set_switches() -> Response:
    known: dict[str, Any] = {**dict.fromkeys(DEFAULT_SWITCHES, boolean), **_SWITCHES}
    asked = asked_for(**known)
    asked.pop("api_key", None)
    return _switched(asked)


@bp.get("/calls")
def calls() -> Response:
    """How often each endpoint of the API was called since the last reset."""
    counts = world().calls.read()
    return answer({"calls": counts, "total": sum(counts.values())})


@bp.post("/calls_reset")
def reset_calls() -> Response:
    asked_for()
    world().calls.clear()
    return done({"calls": {}, "total": 0})


@bp.post("/hold")
def hold() -> Response:
    """Keep the next answers of calls like `GET /v1/refunds/*`; what they ask for is done."""
    asked = asked_for(required=("path",), path=text(200), count=integer(1, 1000))
    world().holds.add(asked["path"], asked.get("count", 1))
    return answer({"held": world().holds.count_waiting()})


@bp.post("/break")
def break_() -> Response:
    """The next call like `POST /v1/refunds` is answered 500, before or after it was acted on."""
    asked = asked_for(required=("path",), path=text(200), is_done=boolean)
    world().faults.add(asked["path"], is_done=asked.get("is_done", False))
    return done({"breaks": asked["path"]})


@bp.get("/held")
def held() -> Response:
    return answer({"held": world().holds.count_waiting()})


@bp.post("/release")
def release() -> Response:
    asked_for()
    kept = world().holds.count_waiting()
    world().holds.release()
    return done({"released": kept})


@bp.post("/hang")
def hang() -> Response:
    """Every answer of the API takes this long, until it is 0 again."""
    asked = asked_for(required=("seconds",), seconds=integer(0, 3600))
    return _switched({"hang": asked["seconds"]})


@bp.post("/down")
def down() -> Response:
    """The API answers 503 to everything, until `down` is false again."""
    return _switched({"down": asked_for(down=boolean).get("down", True)})


def _switched(values: Doc) -> Response:
    with world().store.transaction():
        world().store.set_switches(values)
    return done(world().store.switches())


@bp.post("/reset")
def reset() -> Response:
    """An empty world, every switch as at the start."""
    asked_for()
    world().forget()
    return done({"reset": True})
