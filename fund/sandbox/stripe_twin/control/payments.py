"""Gifts: seeded in the past, or paid as a browser would pay them."""

from flask import Response

from ..api import answer, world
from ..cards import CARDS
from ..expand import expanded
from ..hosted import finish_challenge, try_card
from ..params import choice, integer, text
from ..payments import (
    finish_bank_payment,
    finish_qr,
    intent_of,
    is_qr_open,
    pay_by_bank,
    show_qr,
)
from ..resources.payment_methods import Payer
from ..seed import GIFTS, seed_gifts, seed_payouts
from ..state import Doc
from .surface import account_of, asked_for, bp, done, scope_of

_UNFOLD_SESSION = ["payment_intent.latest_charge.balance_transaction"]


@bp.post("/seed")
def seed() -> Response:
    asked = asked_for(required=("gifts",), gifts=GIFTS)
    with world().store.transaction():
        sessions = seed_gifts(world().scope(account_of(asked)), asked["gifts"])
    return answer({"sessions": sessions})


@bp.post("/seed_payouts")
def seed_payouts_() -> Response:
    asked = asked_for(until=integer())
    with world().store.transaction():
        scope = world().scope(account_of(asked))
        made = seed_payouts(scope, min(asked.get("until", scope.now), scope.now))
    return answer({"payouts": made})


@bp.post("/pay")
def pay() -> Response:
    """Pay a session as a browser would: a test card's number, or `bank`."""
    asked = asked_for(
        required=("session_id",),
        session_id=text(),
        card=choice("bank", *CARDS),
        email=text(),
        name=text(),
        challenge=choice("complete", "fail", "leave"),
    )
    with world().store.transaction():
        scope = scope_of(asked["session_id"], "session_id")
        session = scope.get("checkout.session", asked["session_id"], param="session_id")
        payer = _payer(session, asked)
        card = asked.get("card", "4242424242424242")
        if card == "bank":
            pay_by_bank(scope, session, payer)
        else:
            intent = try_card(scope, session, payer, CARDS[card])
            how = asked.get("challenge", "complete")
            if intent["status"] == "requires_action" and how != "leave":
                finish_challenge(scope, session, is_passed=how == "complete")
        body = expanded(scope, session, _UNFOLD_SESSION)
    return done(body)


@bp.post("/pay_qr")
def pay_qr() -> Response:
    """A PromptPay QR is paid from a bank's app, or runs out; one is shown first if need be."""
    asked = asked_for(
        required=("session_id",), session_id=text(), outcome=choice("paid", "expired", "leave")
    )
    with world().store.transaction():
        scope = scope_of(asked["session_id"], "session_id")
        session = scope.get("checkout.session", asked["session_id"], param="session_id")
        intent = intent_of(scope, session)
        if intent is None or not is_qr_open(intent):
            show_qr(scope, session, _payer(session, asked))
        outcome = asked.get("outcome", "paid")
        if outcome != "leave":
            finish_qr(scope, session, is_paid=outcome == "paid")
        body = expanded(scope, session, _UNFOLD_SESSION)
    return done(body)


def _payer(session: Doc, asked: Doc) -> Payer:
    known = session["customer_details"] or {}
    return Payer(
        email=asked.get("email") or known.get("email") or "donor@example.org",
        name=asked.get("name", "Practice Donor"),
    )


@bp.post("/bank_answer")
def bank_answer() -> Response:
    """The bank confirms or refuses a payment that is `processing`."""
    asked = asked_for(
        required=("session_id", "outcome"),
        session_id=text(),
        outcome=choice("succeed", "fail"),
    )
    with world().store.transaction():
        scope = scope_of(asked["session_id"], "session_id")
        session = scope.get("checkout.session", asked["session_id"], param="session_id")
        finish_bank_payment(scope, session, is_paid=asked["outcome"] == "succeed")
        body = expanded(scope, session, _UNFOLD_SESSION)
    return done(body)
