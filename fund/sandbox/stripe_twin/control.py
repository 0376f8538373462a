"""The strings that tests, the demo world and the board pull: `/_twin/...`, this machine only."""

import time
from typing import Any

from flask import Blueprint, Response, request, url_for

from .api import answer, world
from .cards import CARDS
from .config import Account
from .errors import StripeError, missing
from .expand import expanded
from .params import boolean, choice, fields, integer, text
from .payments import (
    finish_bank_payment,
    finish_challenge,
    pay_by_bank,
    pay_by_card,
)
from .resources import disputes, payouts, refunds
from .resources.payment_methods import Payer
from .scope import Scope
from .seed import GIFTS, seed_gifts, seed_payouts
from .state import DEFAULT_SWITCHES, Doc

bp = Blueprint("control", __name__, url_prefix="/_twin")

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_UNFOLD_SESSION = ["payment_intent.latest_charge.balance_transaction"]


@bp.before_request
def only_from_here() -> None:
    """No other machine, and no other site's page in a browser of this one."""
    host = request.host.rpartition(":")[0].strip("[]") or request.host
    origin = request.headers.get("Origin")
    is_foreign = origin is not None and origin != request.host_url.rstrip("/")
    if request.remote_addr not in _LOOPBACK or host not in _LOOPBACK or is_foreign:
        raise StripeError("The control surface is for this machine only.", status=403)


def _asked(*, required: tuple[str, ...] = (), **known: Any) -> Doc:
    """The command's fields, from JSON or from a form of the board."""
    sent = request.get_json() if request.is_json else request.form.to_dict()
    asked: Doc = fields(required=required, api_key=text(), **known)(sent, "")
    return asked


def _account(asked: Doc) -> Account:
    """The account named by `api_key`; without one, the first."""
    accounts = world().settings.accounts
    if "api_key" not in asked:
        return accounts[0]
    for account in accounts:
        if account.api_key == asked["api_key"]:
            return account
    raise StripeError("No practice account has this key.", status=404, param="api_key")


def _scope_of(object_id: str, param: str) -> Scope:
    """Ids are unique, so a command on an object needs no key."""
    owner = world().store.find_account_of(object_id)
    for account in world().settings.accounts:
        if account.id == owner:
            return world().scope(account, request_id=None)
    raise missing("object", object_id, param)


def _done(body: Doc) -> Response:
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
    return answer(error.body(), error.status)


@bp.post("/seed")
def seed() -> Response:
    asked = _asked(required=("gifts",), gifts=GIFTS)
    with world().store.transaction():
        sessions = seed_gifts(world().scope(_account(asked)), asked["gifts"])
    return answer({"sessions": sessions})


@bp.post("/seed_payouts")
def seed_payouts_() -> Response:
    asked = _asked(until=integer())
    with world().store.transaction():
        scope = world().scope(_account(asked))
        made = seed_payouts(scope, min(asked.get("until", scope.now), scope.now))
    return answer({"payouts": made})


@bp.post("/pay")
def pay() -> Response:
    """Pay a session as a browser would: a test card's number, or `bank`."""
    asked = _asked(
        required=("session_id",),
        session_id=text(),
        card=choice("bank", *CARDS),
        email=text(),
        name=text(),
        challenge=choice("complete", "fail", "leave"),
    )
    with world().store.transaction():
        scope = _scope_of(asked["session_id"], "session_id")
        session = scope.get("checkout.session", asked["session_id"], param="session_id")
        known = session["customer_details"] or {}
        payer = Payer(
            email=asked.get("email") or known.get("email") or "donor@example.org",
            name=asked.get("name", "Practice Donor"),
        )
        card = asked.get("card", "4242424242424242")
        if card == "bank":
            pay_by_bank(scope, session, payer)
        else:
            intent = pay_by_card(scope, session, payer, CARDS[card])
            how = asked.get("challenge", "complete")
            if intent["status"] == "requires_action" and how != "leave":
                finish_challenge(scope, session, is_passed=how == "complete")
        body = expanded(scope, session, _UNFOLD_SESSION)
    return _done(body)


@bp.post("/bank_answer")
def bank_answer() -> Response:
    """The bank confirms or refuses a payment that is `processing`."""
    asked = _asked(
        required=("session_id", "outcome"),
        session_id=text(),
        outcome=choice("succeed", "fail"),
    )
    with world().store.transaction():
        scope = _scope_of(asked["session_id"], "session_id")
        session = scope.get("checkout.session", asked["session_id"], param="session_id")
        finish_bank_payment(scope, session, is_paid=asked["outcome"] == "succeed")
        body = expanded(scope, session, _UNFOLD_SESSION)
    return _done(body)


@bp.post("/payout")
def payout() -> Response:
    asked = _asked()
    with world().store.transaction():
        scope = world().scope(_account(asked), request_id=None)
        body = expanded(scope, payouts.new_payout(scope), [])
    return _done(body)


@bp.post("/arrive")
def arrive() -> Response:
    """One payout arrives, or all that are in transit for the account."""
    asked = _asked(payout=text())
    with world().store.transaction():
        if "payout" in asked:
            scope = _scope_of(asked["payout"], "payout")
            waiting = [asked["payout"]]
        else:
            scope = world().scope(_account(asked), request_id=None)
            waiting = [payout["id"] for payout in payouts.list_in_transit(scope)]
        arrived = [expanded(scope, payouts.arrive(scope, one), []) for one in waiting]
    return _done({"payouts": arrived})


@bp.post("/payout_fail")
def payout_fail() -> Response:
    asked = _asked(required=("payout",), payout=text())
    with world().store.transaction():
        scope = _scope_of(asked["payout"], "payout")
        body = expanded(scope, payouts.fail(scope, asked["payout"]), [])
    return _done(body)


@bp.post("/refund")
def refund() -> Response:
    """A refund made in the dashboard, not by the fund."""
    asked = _asked(required=("charge",), charge=text(), amount=integer(1))
    with world().store.transaction():
        scope = _scope_of(asked["charge"], "charge")
        asked.pop("api_key", None)
        body = expanded(scope, refunds.new_refund(scope, asked), [])
    return _done(body)


@bp.post("/refund_fail")
def refund_fail() -> Response:
    asked = _asked(required=("refund",), refund=text())
    with world().store.transaction():
        scope = _scope_of(asked["refund"], "refund")
        body = expanded(scope, refunds.fail(scope, asked["refund"]), [])
    return _done(body)


@bp.post("/dispute")
def dispute() -> Response:
    asked = _asked(required=("charge",), charge=text(), reason=text())
    with world().store.transaction():
        scope = _scope_of(asked["charge"], "charge")
        opened = disputes.open_(scope, asked["charge"], asked.get("reason", "fraudulent"))
        body = expanded(scope, opened, [])
    return _done(body)


@bp.post("/dispute_close")
def dispute_close() -> Response:
    asked = _asked(required=("dispute", "outcome"), dispute=text(), outcome=choice("won", "lost"))
    with world().store.transaction():
        scope = _scope_of(asked["dispute"], "dispute")
        closed = disputes.close(scope, asked["dispute"], is_won=asked["outcome"] == "won")
        body = expanded(scope, closed, [])
    return _done(body)


@bp.post("/resend")
def resend() -> Response:
    """Deliver an event once more, as the dashboard's button does."""
    asked = _asked(required=("event",), event=text())
    with world().store.transaction():
        scope = _scope_of(asked["event"], "event")
        event = scope.get("event", asked["event"], param="event")
        world().store.execute(
            """INSERT INTO delivery (account, event, type, created_at, due_at, rank, status)
               VALUES (:account, :event, :type, :now, :now, 0, 'pending')""",
            {
                "account": scope.account.id,
                "event": event["id"],
                "type": event["type"],
                "now": time.time(),
            },
        )
    return _done({"resent": event["id"]})


@bp.get("/deliveries")
def deliveries() -> Response:
    rows = world().store.execute("SELECT * FROM delivery ORDER BY seq DESC LIMIT 1000", {})
    return answer({"deliveries": [dict(row) for row in rows]})


@bp.get("/switches")
def switches() -> Response:
    return answer(world().store.switches())


@bp.post("/switches")
def set_switches() -> Response:
    numbers = {"delay", "available_days", "hang"}
    known: dict[str, Any] = {
        name: integer(0, 3600) if name in numbers else boolean for name in DEFAULT_SWITCHES
    }
    asked = _asked(**known)
    asked.pop("api_key", None)
    return _switched(asked)


@bp.post("/hang")
def hang() -> Response:
    """Every answer of the API takes this long, until it is 0 again."""
    asked = _asked(required=("seconds",), seconds=integer(0, 3600))
    return _switched({"hang": asked["seconds"]})


@bp.post("/down")
def down() -> Response:
    """The API answers 503 to everything, until `down` is false again."""
    return _switched({"down": _asked(down=boolean).get("down", True)})


def _switched(values: Doc) -> Response:
    with world().store.transaction():
        world().store.set_switches(values)
    return _done(world().store.switches())


@bp.post("/reset")
def reset() -> Response:
    """An empty world, every switch as at the start."""
    _asked()
    with world().store.transaction():
        world().store.clear()
    return _done({"reset": True})
