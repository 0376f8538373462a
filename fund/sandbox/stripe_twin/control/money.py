"""What banks and Stripe do with the money afterwards: refunds, disputes, payouts."""

from flask import Response

from ..api import world
from ..expand import expanded
from ..params import choice, integer, text
from ..resources import disputes, payouts, refunds
from .surface import account_of, asked_for, bp, done, scope_of


@bp.post("/payout")
def payout() -> Response:
    asked = asked_for()
    with world().store.transaction():
        scope = world().scope(account_of(asked))
        body = expanded(scope, payouts.new_payout(scope), [])
    return done(body)


@bp.post("/arrive")
def arrive() -> Response:
    """One payout arrives, or all that are in transit for the account."""
    asked = asked_for(payout=text())
    with world().store.transaction():
        if "payout" in asked:
            scope = scope_of(asked["payout"], "payout")
            waiting = [asked["payout"]]
        else:
            scope = world().scope(account_of(asked))
            waiting = [payout["id"] for payout in payouts.list_in_transit(scope)]
        arrived = [expanded(scope, payouts.arrive(scope, one), []) for one in waiting]
    return done({"payouts": arrived})


@bp.post("/payout_fail")
def payout_fail() -> Response:
    asked = asked_for(required=("payout",), payout=text())
    with world().store.transaction():
        scope = scope_of(asked["payout"], "payout")
        body = expanded(scope, payouts.fail(scope, asked["payout"]), [])
    return done(body)


@bp.post("/refund")
def refund() -> Response:
    """A refund made in the dashboard, not by the fund."""
    asked = asked_for(required=("charge",), charge=text(), amount=integer(1))
    with world().store.transaction():
        scope = scope_of(asked["charge"], "charge")
        asked.pop("api_key", None)
        body = expanded(scope, refunds.new_refund(scope, asked), [])
    return done(body)


@bp.post("/refund_fail")
def refund_fail() -> Response:
    asked = asked_for(required=("refund",), refund=text())
    with world().store.transaction():
        scope = scope_of(asked["refund"], "refund")
        body = expanded(scope, refunds.fail(scope, asked["refund"]), [])
    return done(body)


@bp.post("/dispute")
def dispute() -> Response:
    asked = asked_for(required=("charge",), charge=text(), reason=text())
    with world().store.transaction():
        scope = scope_of(asked["charge"], "charge")
        opened = disputes.open_(scope, asked["charge"], asked.get("reason", "fraudulent"))
        body = expanded(scope, opened, [])
    return done(body)


@bp.post("/dispute_close")
def dispute_close() -> Response:
    asked = asked_for(
        required=("dispute", "outcome"), dispute=text(), outcome=choice("won", "lost")
    )
    with world().store.transaction():
        scope = scope_of(asked["dispute"], "dispute")
        closed = disputes.close(scope, asked["dispute"], is_won=asked["outcome"] == "won")
        body = expanded(scope, closed, [])
    return done(body)
