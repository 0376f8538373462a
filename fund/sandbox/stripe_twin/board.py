"""The board at `/`: what the practice Stripe holds, with a button for what it can do."""

from datetime import UTC, datetime

from flask import Blueprint, render_template, request

from .api import world
from .money import formatted
from .scope import Scope
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
        charges=_recent(scopes, "charge"),
        refunds=_recent(scopes, "refund"),
        payouts=_recent(scopes, "payout"),
        deliveries=store.execute(
            "SELECT * FROM delivery ORDER BY seq DESC LIMIT :shown", {"shown": _SHOWN}
        ),
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
