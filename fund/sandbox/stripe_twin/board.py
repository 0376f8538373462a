"""The board at `/`: what the practice Stripe holds, with a button for what it can do."""

import json
from datetime import UTC, datetime

from flask import Blueprint, render_template, request

from .api import world
from .billing.subscriptions import item_of
from .money import formatted
from .payments import is_qr_open
from .scope import Scope, rendered
from .state import Doc, Page

bp = Blueprint("board", __name__)

_SHOWN = 12


@bp.get("/")
def show() -> str:
    store, settings = world().store, world().settings
    scopes = [world().scope(account) for account in settings.accounts]
    return render_template(
        "board.html",
        said=request.args.get("said"),
        accounts=[_account(scope) for scope in scopes],
        switches=store.switches(),
        sessions=_recent(scopes, "checkout.session"),
        subscriptions=_recent_subscriptions(scopes),
        waiting=_waiting_qr(scopes),
        charges=_recent(scopes, "charge"),
        refunds=_recent(scopes, "refund"),
        disputes=_recent(scopes, "dispute"),
        reviews=_recent(scopes, "review"),
        warnings=_recent(scopes, "radar.early_fraud_warning"),
        payouts=_recent(scopes, "payout"),
        deliveries=store.execute(
            "SELECT * FROM delivery ORDER BY seq DESC LIMIT :shown", {"shown": _SHOWN}
        ),
    )


@bp.get("/o/<object_id>")
def show_object(object_id: str) -> tuple[str, int] | str:
    """One object as the API shows it, and what was told of it, newest first."""
    store = world().store
    owner = store.find_account_of(object_id)
    if owner is None:
        return render_template("object.html", object_id=object_id, doc=None, events=[]), 404
    scope = world().scope(world().account(owner))
    doc = rendered(scope.find(object_id) or {}, scope.now)
    events = store.list_events_of(owner, object_id, _SHOWN)
    return render_template(
        "object.html",
        object_id=object_id,
        doc=json.dumps(doc, indent=2, ensure_ascii=False),
        events=events,
    )


def day_and_time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%d %b %Y %H:%M")


def _account(scope: Scope) -> Doc:
    available, pending = scope.store.balance(scope.account.id, scope.now)
    currency = scope.account.currency
    return {
        "name": scope.account.name,
        "api_key": scope.account.api_key,
        "webhook_url": scope.account.webhook_url,
        "available": formatted(available, currency),
        "pending": formatted(pending, currency),
    }


def _recent(scopes: list[Scope], kind: str) -> list[Doc]:
    docs: list[Doc] = []
    for scope in scopes:
        docs += scope.store.list_page(scope.account.id, kind, Page(limit=_SHOWN))[0]
    return sorted(docs, key=lambda doc: doc["created"], reverse=True)[:_SHOWN]


def _waiting_qr(scopes: list[Scope]) -> set[str]:
    """Intents whose QR nobody has paid yet."""
    return {
        intent["id"]
        for intent in _recent(scopes, "payment_intent")
        if intent["status"] == "requires_action" and is_qr_open(intent)
    }


def _recent_subscriptions(scopes: list[Scope]) -> list[Doc]:
    """Each with its card and the invoice that is being asked for."""
    rows = [
        _subscription(scope, doc)
        for scope in scopes
        for doc in scope.store.list_page(scope.account.id, "subscription", Page(limit=_SHOWN))[0]
    ]
    return sorted(rows, key=lambda row: row["created"], reverse=True)[:_SHOWN]


def _subscription(scope: Scope, doc: Doc) -> Doc:
    item = item_of(doc)
    method = scope.find(doc["default_payment_method"])
    invoice = scope.find(doc["latest_invoice"])
    return {
        **item,
        "id": doc["id"],
        "created": doc["created"],
        "status": doc["status"],
        "test_clock": doc["test_clock"],
        "is_ended": doc["_is_ended"],
        "is_paused": doc["pause_collection"] is not None,
        "is_stopping": doc["cancel_at_period_end"],
        "next_at": item["current_period_end"],
        "method": doc["default_payment_method"],
        "refuses": method is not None and method.get("_refuses"),
        "late_invoice": invoice["id"] if invoice and invoice["_due_at"] else None,
    }
