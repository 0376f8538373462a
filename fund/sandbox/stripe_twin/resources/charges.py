"""Charges: one a try, failed ones included."""

from flask import Blueprint

from ..api import operation
from ..cards import Card, card_of
from ..errors import StripeError
from ..ids import new_id
from ..listing import PAGING_BY_TIME, given, listed
from ..money import STEP, fee_lines
from ..params import text
from ..scope import Scope
from ..state import Doc
from . import balance
from .payment_methods import details

bp = Blueprint("charges", __name__)

_AUTHORIZED = {
    "advice_code": None,
    "network_advice_code": None,
    "network_decline_code": None,
    "network_status": "approved_by_network",
    "reason": None,
    "seller_message": "Payment complete.",
    "type": "authorized",
}
_SCORE = {"normal": 12, "elevated": 72, "highest": 92}
# Radar looks at cards only, so there is no score either.
_NOT_ASSESSED = {**_AUTHORIZED, "risk_level": "not_assessed"}


def new_charge(
    scope: Scope,
    intent: Doc,
    method: Doc,
    *,
    status: str,
    error: StripeError | None = None,
    three_d_secure: Doc | None = None,
) -> Doc:
    """A charge of the whole intent: succeeded, pending (a slow method) or failed by `error`."""
    is_card = method["type"] == "card"
    is_failed = status == "failed"
    return scope.put(
        {
            "id": new_id("ch" if is_card else "py"),
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": 0 if is_failed else intent["amount"],
            "amount_refunded": 0,
            "application": None,
            "application_fee": None,
            "application_fee_amount": None,
            "balance_transaction": None,
            "billing_details": method["billing_details"],
            "calculated_statement_descriptor": "LIFT LIFE FUND",
            "captured": not is_failed,
            "created": scope.now,
            "currency": intent["currency"],
            "customer": intent["customer"],
            "description": intent["description"],
            "disputed": False,
            "failure_balance_transaction": None,
            "failure_code": error.code if error else None,
            "failure_message": error.message if error else None,
            "fraud_details": {},
            "livemode": False,
            "metadata": dict(intent["metadata"]),
            "on_behalf_of": None,
            "outcome": _outcome(card_of(method), error) if is_card else _NOT_ASSESSED,
            "paid": status == "succeeded",
            "payment_intent": intent["id"],
            "payment_method": method["id"],
            "payment_method_details": details(method, three_d_secure=three_d_secure),
            "radar_options": {},
            "receipt_email": intent["receipt_email"],
            "receipt_number": None,
            "receipt_url": None,
            "refunded": False,
            "review": None,
            "shipping": None,
            "source_transfer": None,
            "statement_descriptor": None,
            "statement_descriptor_suffix": None,
            "status": status,
            "transfer_data": None,
            "transfer_group": None,
            "_number": method.get("_number"),
        }
    )


def _outcome(card: Card, error: StripeError | None) -> Doc:
    """What the bank said, and what Radar thought of it (page "Risk evaluation")."""
    risk = {"risk_level": card.risk, "risk_score": _SCORE[card.risk]}
    if error is None:
        is_reviewed = card.then == "review"
        return {
            **_AUTHORIZED,
            **risk,
            "reason": "elevated_risk_level" if is_reviewed else None,
            "type": "manual_review" if is_reviewed else "authorized",
        }
    if error.decline_code == "fraudulent":
        return {
            **_AUTHORIZED,
            **risk,
            "network_status": "not_sent_to_network",
            "reason": "highest_risk_level",
            "seller_message": "Stripe blocked this payment as too risky.",
            "type": "blocked",
        }
    return {
        **_AUTHORIZED,
        **risk,
        "advice_code": "try_again_later",
        "network_status": "declined_by_network",
        "reason": error.decline_code or error.code,
        "seller_message": "The bank did not approve this payment.",
        "type": "issuer_declined",
    }


def settle(scope: Scope, charge: Doc) -> Doc:
    """Book a succeeded charge on the balance: gross, fees, rate."""
    account = scope.account
    is_card = charge["payment_method_details"]["type"] == "card"
    card = charge["payment_method_details"].get("card", {})
    gross, rate = balance.exchanged(scope, charge["amount"], charge["currency"])
    transaction = balance.record(
        scope,
        kind="charge" if is_card else "payment",
        category="charge",
        amount=gross,
        source=charge["id"],
        description=charge["description"],
        fees=fee_lines(
            gross,
            account.fees_for(charge["payment_method_details"]["type"]),
            is_international=card.get("country", account.country) != account.country,
            is_converted=charge["currency"] != account.currency,
            step=STEP.get(account.currency, 1),
        ),
        exchange_rate=rate,
        available_on=_available_on(scope, charge),
    )
    charge["balance_transaction"] = transaction["id"]
    return scope.put(charge)


def _available_on(scope: Scope, charge: Doc) -> int:
    if card_of(charge).is_available_at_once:
        return scope.now
    return scope.now + int(scope.store.switches()["available_days"] * 86_400)


@bp.get("/v1/charges/<charge>")
@operation()
def retrieve(scope: Scope, _params: Doc, charge: str) -> Doc:
    return scope.get("charge", charge, param="id")


@bp.get("/v1/charges")
@operation(customer=text(), payment_intent=text(), **PAGING_BY_TIME)
def list_(scope: Scope, params: Doc) -> Doc:
    filters = given(params, "customer", "payment_intent")
    return listed(scope, "charge", "/v1/charges", params, filters=filters)
