"""The hosted page: a calm form, a bank's question, and the way back to the fund."""

from collections.abc import Mapping
from typing import Any

import segno
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from . import card_form
from .api import world
from .hosted import finish_challenge, try_card
from .money import formatted
from .payments import finish_qr, intent_of, is_open, is_qr_open, show_qr
from .resources.payment_methods import Payer
from .scope import Scope
from .state import Doc
from .texts import TEXTS, locale_of

bp = Blueprint("checkout", __name__, url_prefix="/c")

Answer = str | tuple[str, int] | BaseResponse


@bp.get("/pay/<session_id>")
def pay(session_id: str) -> Answer:
    scope, session = _open(session_id)
    if scope is None or session is None or not is_open(session, scope.now):
        return _closed(scope, session)
    return _form(scope, session, {"email": (session["customer_details"] or {}).get("email") or ""})


@bp.post("/pay/<session_id>")
def submit(session_id: str) -> Answer:
    """One transaction from the look at the session to the charge: a second press finds it paid."""
    with world().store.transaction():
        scope, session = _open(session_id)
        if scope is None or session is None:
            return _closed(scope, session)
        if session["status"] == "complete":
            return redirect(_success_url(session), 303)
        if not is_open(session, scope.now):
            return _closed(scope, session)
        typed = card_form.read(request.form, ("email", *card_form.CARD_FIELDS))
        if session["customer_email"]:
            typed["email"] = session["customer_email"]
        faults = card_form.faults_in(typed, scope.now)
        if faults:
            return _form(scope, session, typed, faults=faults)
        card = card_form.find_card(typed)
        if card is None:
            return _form(scope, session, typed, problem="not_a_test_card")
        intent = try_card(scope, session, card_form.payer_of(typed), card)
        if intent["status"] == "requires_action":
            return redirect(url_for(".challenge", session_id=session_id), 303)
        return _went(scope, session, intent, typed)


@bp.get("/3ds/<session_id>")
def challenge(session_id: str) -> Answer:
    scope, session = _open(session_id)
    if scope is None or session is None or not is_open(session, scope.now):
        return _closed(scope, session)
    intent = intent_of(scope, session)
    if intent is None or intent["status"] != "requires_action" or is_qr_open(intent):
        return redirect(url_for(".pay", session_id=session_id), 303)
    return _page("challenge.html", scope, session)


@bp.post("/3ds/<session_id>")
def answer_challenge(session_id: str) -> Answer:
    with world().store.transaction():
        scope, session = _open(session_id)
        if scope is None or session is None:
            return _closed(scope, session)
        if session["status"] == "complete":
            return redirect(_success_url(session), 303)
        intent = intent_of(scope, session)
        if intent is None or intent["status"] != "requires_action":
            return redirect(url_for(".pay", session_id=session_id), 303)
        is_passed = request.form.get("outcome") == "complete"
        intent = finish_challenge(scope, session, is_passed=is_passed)
        return _went(scope, session, intent, {"email": session["customer_details"]["email"]})


@bp.post("/promptpay/<session_id>")
def begin_qr(session_id: str) -> Answer:
    with world().store.transaction():
        scope, session = _open(session_id)
        if scope is None or session is None or not is_open(session, scope.now):
            return _closed(scope, session)
        address = session["customer_email"] or request.form.get("email", "").strip()
        if not card_form.is_email(address):
            typed = {"email": address}
            return _form(scope, session, typed, faults={"email": "bad_email"})
        show_qr(scope, session, Payer(address))
    return redirect(url_for(".qr", session_id=session_id), 303)


@bp.get("/promptpay/<session_id>")
def qr(session_id: str) -> Answer:
    scope, session = _open(session_id)
    if scope is None or session is None or not is_open(session, scope.now):
        return _closed(scope, session)
    intent = intent_of(scope, session)
    if intent is None or not is_qr_open(intent):
        return redirect(url_for(".pay", session_id=session_id), 303)
    data = intent["next_action"]["promptpay_display_qr_code"]["data"]
    drawing = segno.make(data, error="m", micro=False).svg_data_uri(scale=6, border=4, light="#fff")
    return _page("promptpay.html", scope, session, drawing=drawing)


@bp.post("/promptpay/<session_id>/answer")
def answer_qr(session_id: str) -> Answer:
    """What happens at the donor's bank; in practice, the donor says it."""
    with world().store.transaction():
        scope, session = _open(session_id)
        if scope is None or session is None:
            return _closed(scope, session)
        if session["status"] == "complete":
            return redirect(_success_url(session), 303)
        intent = intent_of(scope, session)
        if intent is None or not is_qr_open(intent):
            return redirect(url_for(".pay", session_id=session_id), 303)
        is_paid = request.form.get("outcome") == "paid"
        intent = finish_qr(scope, session, is_paid=is_paid)
        return _went(scope, session, intent, {"email": session["customer_details"]["email"]})


def _open(session_id: str) -> tuple[Scope | None, Doc | None]:
    owner = world().store.find_account_of(session_id)
    for account in world().settings.accounts:
        if account.id == owner:
            scope = world().scope(account)
            session = scope.find(session_id)
            if session is not None and session["object"] == "checkout.session":
                return scope, session
    return None, None


def _went(scope: Scope, session: Doc, intent: Doc, typed: Mapping[str, str]) -> Answer:
    if intent["status"] == "succeeded":
        return redirect(_success_url(session), 303)
    error = intent["last_payment_error" if "amount" in intent else "last_setup_error"]
    return _form(scope, session, typed, problem=error.get("decline_code", error["code"]))


def _success_url(session: Doc) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _form(
    scope: Scope,
    session: Doc,
    typed: Mapping[str, str],
    *,
    faults: Mapping[str, str] | None = None,
    problem: str | None = None,
) -> Answer:
    page = _page(
        "pay.html",
        scope,
        session,
        typed=typed,
        faults=faults or {},
        problem=problem,
        is_email_fixed=bool(session["customer_email"]),
        lines=[
            (line["description"], formatted(line["amount_total"], line["currency"]))
            for line in session["_line_items"]
        ],
    )
    return page, 402 if problem else 422 if faults else 200


def _closed(scope: Scope | None, session: Doc | None) -> Answer:
    if scope is None or session is None:
        return _page("closed.html", None, None, state="missing", onward=None), 404
    if session["status"] == "complete":
        return _page("closed.html", scope, session, state="paid", onward=_success_url(session))
    return _page("closed.html", scope, session, state="expired", onward=session["cancel_url"]), 410


def _page(template: str, scope: Scope | None, session: Doc | None, **context: Any) -> str:
    locale = locale_of(session["locale"] if session else None, request.accept_languages)
    merchant = scope.account.name if scope else ""
    amount = _amount(session, locale)
    texts = {
        key: text.format(amount=amount, merchant=merchant) if "{" in text else text
        for key, text in TEXTS[locale].items()
    }
    return render_template(
        template,
        t=texts,
        locale=locale,
        merchant=merchant,
        amount=amount,
        session=session,
        **context,
    )


def _amount(session: Doc | None, locale: str) -> str:
    """What is paid, and how often; nothing where a card is only kept."""
    if session is None or session["amount_total"] is None:
        return ""
    due = session["amount_total"] or sum(line["amount_total"] for line in session["_line_items"])
    amount = formatted(due, session["currency"])
    recurring = session["_line_items"][0]["price"]["recurring"]
    return f"{amount} {TEXTS[locale][recurring['interval']]}" if recurring else amount
