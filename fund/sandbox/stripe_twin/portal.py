"""The billing portal's page: what a donor gives monthly, with which card, and how to stop."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from . import card_form
from .api import world
from .billing import changes, subscriptions
from .money import formatted
from .payments import decline_error
from .resources import payment_methods, portal_sessions
from .scope import Scope
from .state import Doc
from .texts import TEXTS, locale_of

bp = Blueprint("portal", __name__, url_prefix="/p")

Answer = str | tuple[str, int] | BaseResponse


@bp.get("/session/<session_id>")
def show(session_id: str) -> Answer:
    with world().store.transaction():
        scope, session = _open(session_id)
        if scope is None or session is None:
            return _gone()
        return _page(scope, session)


@bp.post("/session/<session_id>")
def change(session_id: str) -> Answer:
    """Let a gift end with what is paid, or go on after all."""
    with world().store.transaction():
        scope, session = _open(session_id)
        if scope is None or session is None:
            return _gone()
        wanted = request.form.get("subscription", "")
        for subscription in subscriptions.list_live_of(scope, session["customer"]):
            if subscription["id"] == wanted:
                is_end = request.form.get("act") == "stop"
                changes.update(scope, subscription, {"cancel_at_period_end": is_end})
    return redirect(url_for(".show", session_id=session_id), 303)


@bp.post("/session/<session_id>/card")
def keep_card(session_id: str) -> Answer:
    """Another card for everything that this customer gives."""
    with world().store.transaction():
        scope, session = _open(session_id)
        if scope is None or session is None:
            return _gone()
        typed = card_form.read(request.form, card_form.CARD_FIELDS)
        faults = card_form.faults_in(typed, scope.now)
        if faults:
            return _page(scope, session, typed=typed, faults=faults), 422
        card = card_form.find_card(typed)
        if card is None:
            return _page(scope, session, typed=typed, problem="not_a_test_card"), 402
        if card.outcome == "card_declined" and not card.is_saved:
            error = decline_error(card.outcome, card.decline_code or card.outcome)
            return _page(scope, session, typed=typed, problem=error.decline_code), 402
        method = payment_methods.new_card(scope, card, card_form.payer_of(typed))
        _use(scope, payment_methods.attach(scope, method, session["customer"]))
    return redirect(url_for(".show", session_id=session_id), 303)


def _use(scope: Scope, method: Doc) -> None:
    customer = scope.get("customer", method["customer"], param="customer")
    settings = {**customer["invoice_settings"], "default_payment_method": method["id"]}
    scope.change(customer, "customer.updated", invoice_settings=settings)
    for subscription in subscriptions.list_live_of(scope, customer["id"]):
        subscriptions.change(scope, subscription, default_payment_method=method["id"])


def _open(session_id: str) -> tuple[Scope | None, Doc | None]:
    owner = world().store.find_account_of(session_id)
    if owner is None:
        return None, None
    scope = world().scope(world().account(owner))
    return scope, portal_sessions.open_(scope, session_id)


def _gone() -> Answer:
    texts = TEXTS[locale_of(None, request.accept_languages)]
    return render_template("closed.html", t=texts, state="portal_gone", onward=None), 410


def _page(
    scope: Scope,
    session: Doc,
    *,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    problem: str | None = None,
) -> str:
    locale = locale_of(session["locale"], request.accept_languages)
    merchant = scope.account.name
    texts = {key: text.replace("{merchant}", merchant) for key, text in TEXTS[locale].items()}
    return render_template(
        "portal.html",
        t=texts,
        locale=locale,
        session=session,
        gifts=[
            _gift(scope, subscription, texts)
            for subscription in subscriptions.list_live_of(scope, session["customer"])
        ],
        cards=payment_methods.list_of(scope, session["customer"]),
        typed=typed or {},
        faults=faults or {},
        problem=problem,
    )


def _gift(scope: Scope, subscription: Doc, texts: Mapping[str, str]) -> dict[str, Any]:
    item = subscriptions.item_of(subscription)
    price = item["price"]
    product = scope.get("product", price["product"], param="product")
    amount = formatted(price["unit_amount"] * item["quantity"], price["currency"])
    return {
        "id": subscription["id"],
        "name": product["name"],
        "amount": f"{amount} {texts[price['recurring']['interval']]}",
        "ends": item["current_period_end"],
        "is_stopping": subscription["cancel_at_period_end"],
        "is_late": subscription["status"] == "past_due",
    }
