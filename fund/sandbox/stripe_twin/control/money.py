"""What banks and Stripe do with the money afterwards: refunds, disputes, alerts, payouts, lines."""

from dataclasses import replace

from flask import Response

from .. import disputing, paying_out, refunding
from ..api import world
from ..expand import expanded
from ..params import boolean, choice, email, integer, text
from ..resources import alerts, balance, refunds, topups
from ..scope import Scope
from ..state import Doc
from .surface import account_of, asked_for, bp, done, scope_of

# Lines that no donor and no payout cause: their type and category at Stripe.
_LINES = {
    "adjustment": ("adjustment", "other_adjustment"),
    "network_cost": ("stripe_fee", "network_cost"),
    "reserve": ("reserved_funds", "risk_reserved_funds"),
    "stripe_fee": ("stripe_fee", "fee"),
    "tax": ("tax_fee", "tax"),
}


@bp.post("/refund")
def refund() -> Response:
    """A refund made in the dashboard, not by the fund."""
    asked = asked_for(
        required=("charge",), charge=text(), amount=integer(1), instructions_email=email
    )
    with world().store.transaction():
        scope = scope_of(asked["charge"], "charge")
        asked.pop("api_key", None)
        body = expanded(scope, refunds.refund_charge(scope, asked), [])
    return done(body)


@bp.post("/refund_move")
def refund_move() -> Response:
    """What happens to a refund next: the bank takes it, the donor answers or never does."""
    asked = asked_for(
        required=("refund", "to"),
        refund=text(),
        to=choice("succeed", "details", "lapse"),
    )
    move = {
        "succeed": refunding.succeed,
        "details": refunding.give_details,
        "lapse": refunding.cancel,
    }[asked["to"]]
    with world().store.transaction():
        scope = scope_of(asked["refund"], "refund")
        body = expanded(scope, move(scope, asked["refund"]), [])
    return done(body)


@bp.post("/refund_fail")
def refund_fail() -> Response:
    """The donor's bank does not take the money back."""
    asked = asked_for(required=("refund",), refund=text(), reason=choice(*refunding.FAILURES))
    with world().store.transaction():
        scope = scope_of(asked["refund"], "refund")
        reason = asked.get("reason", "lost_or_stolen_card")
        body = expanded(scope, refunding.fail(scope, asked["refund"], reason), [])
    return done(body)


@bp.post("/dispute")
def dispute() -> Response:
    """A bank takes a charge back, or a part of it; with `inquiry` it only asks."""
    asked = asked_for(
        required=("charge",),
        charge=text(),
        reason=choice(*disputing.REASONS),
        amount=integer(1),
        inquiry=boolean,
    )
    with world().store.transaction():
        scope = scope_of(asked["charge"], "charge")
        opened = disputing.open_(
            scope,
            asked["charge"],
            asked.get("reason", "fraudulent"),
            amount=asked.get("amount"),
            is_inquiry=asked.get("inquiry", False),
        )
        body = expanded(scope, opened, [])
    return done(body)


@bp.post("/dispute_escalate")
def dispute_escalate() -> Response:
    asked = asked_for(required=("dispute",), dispute=text())
    with world().store.transaction():
        scope = scope_of(asked["dispute"], "dispute")
        body = expanded(scope, disputing.escalate(scope, asked["dispute"]), [])
    return done(body)


@bp.post("/dispute_answer")
def dispute_answer() -> Response:
    """Evidence given in the dashboard, not by the fund."""
    asked = asked_for(required=("dispute",), dispute=text())
    with world().store.transaction():
        scope = scope_of(asked["dispute"], "dispute")
        evidence = {"uncategorized_text": "Practice evidence"}
        answered = disputing.answer(scope, asked["dispute"], evidence, is_submitted=True)
        body = expanded(scope, answered, [])
    return done(body)


@bp.post("/dispute_close")
def dispute_close() -> Response:
    asked = asked_for(
        required=("dispute", "outcome"),
        dispute=text(),
        outcome=choice("won", "lost", "prevented", "closed"),
    )
    with world().store.transaction():
        scope = scope_of(asked["dispute"], "dispute")
        body = expanded(scope, disputing.decide(scope, asked["dispute"], asked["outcome"]), [])
    return done(body)


@bp.post("/warn")
def warn() -> Response:
    """The card network's early warning of fraud."""
    asked = asked_for(required=("charge",), charge=text(), type=choice(*alerts.FRAUD_TYPES))
    with world().store.transaction():
        scope = scope_of(asked["charge"], "charge")
        kind = asked.get("type", "unauthorized_use_of_card")
        body = expanded(scope, alerts.warn(scope, asked["charge"], kind), [])
    return done(body)


@bp.post("/review")
def review() -> Response:
    asked = asked_for(required=("charge",), charge=text())
    with world().store.transaction():
        scope = scope_of(asked["charge"], "charge")
        body = expanded(scope, alerts.open_review(scope, asked["charge"], "manual"), [])
    return done(body)


@bp.post("/review_close")
def review_close() -> Response:
    asked = asked_for(required=("review",), review=text())
    with world().store.transaction():
        scope = scope_of(asked["review"], "review")
        body = expanded(scope, alerts.close_review(scope, asked["review"]), [])
    return done(body)


@bp.post("/payout")
def payout() -> Response:
    """Stripe's automatic payout, now; with `amount` one that somebody made by hand."""
    asked = asked_for(amount=integer(1))
    with world().store.transaction():
        scope = world().scope(account_of(asked))
        if "amount" in asked:
            made = paying_out.pay_out_by_hand(scope, {"amount": asked["amount"]})
        else:
            made = paying_out.pay_out(scope)
        body = expanded(scope, made, [])
    return done(body)


@bp.post("/arrive")
def arrive() -> Response:
    """One payout arrives, or all that are on their way for the account."""
    asked = asked_for(payout=text())
    with world().store.transaction():
        if "payout" in asked:
            scope = scope_of(asked["payout"], "payout")
            waiting = [asked["payout"]]
        else:
            scope = world().scope(account_of(asked))
            waiting = [payout["id"] for payout in paying_out.list_under_way(scope)]
        arrived = [expanded(scope, paying_out.arrive(scope, one), []) for one in waiting]
    return done({"payouts": arrived})


@bp.post("/payout_move")
def payout_move() -> Response:
    """Sent to the bank, or reconciled, before that happens by itself."""
    asked = asked_for(
        required=("payout", "to"), payout=text(), to=choice("send", "reconcile", "cancel")
    )
    move = {
        "send": paying_out.send,
        "reconcile": paying_out.reconcile,
        "cancel": paying_out.cancel,
    }[asked["to"]]
    with world().store.transaction():
        scope = scope_of(asked["payout"], "payout")
        body = expanded(scope, move(scope, asked["payout"]), [])
    return done(body)


@bp.post("/payout_fail")
def payout_fail() -> Response:
    asked = asked_for(required=("payout",), payout=text(), code=choice(*paying_out.FAILURES))
    with world().store.transaction():
        scope = scope_of(asked["payout"], "payout")
        code = asked.get("code", "account_closed")
        body = expanded(scope, paying_out.fail(scope, asked["payout"], code), [])
    return done(body)


@bp.post("/line")
def line() -> Response:
    """A line of the balance that Stripe makes by itself; `age` seconds old when it appears."""
    asked = asked_for(
        required=("kind", "amount"),
        kind=choice("topup", *_LINES),
        amount=integer(),
        age=integer(0),
        description=text(),
    )
    with world().store.transaction():
        scope = world().scope(account_of(asked))
        scope = replace(scope, now=scope.now - asked.get("age", 0))
        body = expanded(scope, _line(scope, asked), [])
    return done(body)


@bp.post("/topup_reverse")
def topup_reverse() -> Response:
    asked = asked_for(required=("topup",), topup=text())
    with world().store.transaction():
        scope = scope_of(asked["topup"], "topup")
        body = expanded(scope, topups.reverse(scope, asked["topup"]), [])
    return done(body)


def _line(scope: Scope, asked: Doc) -> Doc:
    if asked["kind"] == "topup":
        return topups.new_topup(scope, {"amount": asked["amount"]})
    kind, category = _LINES[asked["kind"]]
    return balance.record(
        scope,
        kind=kind,
        category=category,
        amount=asked["amount"],
        source=None,
        description=asked.get("description", f"Practice {asked['kind'].replace('_', ' ')}"),
    )
