"""The balance and its transactions, from which the fund's books are made."""

from collections.abc import Sequence
from decimal import Decimal

from flask import Blueprint

from ..api import operation
from ..expand import list_object
from ..ids import new_id
from ..listing import PAGING_BY_TIME, given, listed
from ..money import FeeLine, convert, rate
from ..params import text
from ..scope import Scope
from ..state import Doc

bp = Blueprint("balance", __name__)


def exchanged(scope: Scope, amount: int, currency: str) -> tuple[int, Decimal | None]:
    """An amount in the account's own currency, and today's rate."""
    drift_bp = int(scope.store.switches()["rate_drift_bp"])
    ours = scope.account.currency
    return convert(amount, currency, ours, drift_bp), rate(currency, ours, drift_bp)


def record(
    scope: Scope,
    *,
    kind: str,
    category: str,
    amount: int,
    source: str | None,
    description: str | None = None,
    fees: Sequence[FeeLine] = (),
    exchange_rate: Decimal | None = None,
    available_on: int | None = None,
    payout: str | None = None,
) -> Doc:
    """One line of the balance, in the settlement currency; net is always amount less fee."""
    fee = sum(line.amount for line in fees)
    return scope.put(
        {
            "id": new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": scope.now if available_on is None else available_on,
            "balance_type": "payments",
            "created": scope.now,
            "currency": scope.account.currency,
            "description": description,
            "exchange_rate": None if exchange_rate is None else float(exchange_rate),
            "fee": fee,
            "fee_details": [
                {
                    "amount": line.amount,
                    "application": None,
                    "currency": scope.account.currency,
                    "description": line.description,
                    "type": line.kind,
                }
                for line in fees
            ],
            "net": amount - fee,
            "reporting_category": category,
            "source": source,
            "status": "pending",
            "type": kind,
            "_payout": payout,
        }
    )


@bp.get("/v1/balance")
@operation()
def retrieve(scope: Scope, _params: Doc) -> Doc:
    available, pending = scope.store.balance(scope.account.id, scope.now)

    def amounts(amount: int) -> list[Doc]:
        return [
            {
                "amount": amount,
                "currency": scope.account.currency,
                "source_types": {"card": amount},
            }
        ]

    return {
        "object": "balance",
        "available": amounts(available),
        "livemode": False,
        "pending": amounts(pending),
    }


@bp.get("/v1/balance_transactions/<transaction>")
@operation()
def retrieve_transaction(scope: Scope, _params: Doc, transaction: str) -> Doc:
    return scope.get("balance_transaction", transaction, param="id")


@bp.get("/v1/balance_transactions")
@operation(currency=text(), payout=text(), source=text(), type=text(), **PAGING_BY_TIME)
def list_transactions(scope: Scope, params: Doc) -> Doc:
    filters = given(params, "currency", "source", "type")
    if "payout" in params:
        payout = scope.get("payout", params["payout"], param="payout")
        if payout["reconciliation_status"] == "in_progress":
            return list_object("/v1/balance_transactions", [])
        filters["_payout"] = params["payout"]
    url = "/v1/balance_transactions"
    return listed(scope, "balance_transaction", url, params, filters=filters)
