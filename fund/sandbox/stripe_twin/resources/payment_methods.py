"""Payment methods, as Checkout makes them of a card or a bank account."""

from dataclasses import dataclass

from flask import Blueprint

from ..api import operation
from ..cards import Card
from ..ids import new_id
from ..scope import Scope
from ..state import Doc

bp = Blueprint("payment_methods", __name__)

_BANK = {
    "account_holder_name": None,
    "bank_code": "01",
    "bank_name": "Practice Bank",
    "branch_code": "0902",
    "last4": "0000",
    "suffix": "00",
}


@dataclass(frozen=True)
class Payer:
    """What the donor types on the hosted page."""

    email: str | None = None
    name: str | None = None
    exp_month: int = 12
    exp_year: int = 2034

    def billing_details(self, country: str | None = None) -> Doc:
        address = {
            "city": None,
            "country": country,
            "line1": None,
            "line2": None,
            "postal_code": None,
            "state": None,
        }
        return {
            "address": address,
            "email": self.email,
            "name": self.name,
            "phone": None,
            "tax_id": None,
        }


def new_card(scope: Scope, card: Card, payer: Payer, customer: str | None) -> Doc:
    return _new(
        scope,
        payer.billing_details(card.country),
        customer,
        type="card",
        card={
            "brand": card.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "pass",
            },
            "country": card.country,
            "display_brand": card.brand,
            "exp_month": payer.exp_month,
            "exp_year": payer.exp_year,
            "fingerprint": card.fingerprint(scope.account.id),
            "funding": card.funding,
            "generated_from": None,
            "last4": card.last4,
            "networks": {"available": [card.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        _number=card.number,
    )


def attach(scope: Scope, method: Doc, customer_id: str) -> Doc:
    """Keep it for this customer's later payments."""
    return scope.change(method, "payment_method.attached", customer=customer_id)


def new_bank_account(scope: Scope, payer: Payer, customer: str | None) -> Doc:
    """A method that takes its time: its payments stay `processing` until told otherwise."""
    bank = {**_BANK, "account_holder_name": payer.name}
    return _new(
        scope, payer.billing_details(), customer, type="nz_bank_account", nz_bank_account=bank
    )


def details(method: Doc, *, three_d_secure: Doc | None = None) -> Doc:
    """`payment_method_details` of a charge made with this method."""
    if method["type"] != "card":
        return {"type": method["type"], method["type"]: method[method["type"]]}
    card = method["card"]
    copied = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding")
    return {
        "type": "card",
        "card": {
            **{key: card[key] for key in copied},
            "last4": card["last4"],
            "installments": None,
            "mandate": None,
            "network": card["brand"],
            "network_token": {"used": False},
            "regulated_status": card["regulated_status"],
            "three_d_secure": three_d_secure,
            "wallet": None,
        },
    }


def _new(scope: Scope, billing: Doc, customer: str | None, **method: object) -> Doc:
    return scope.put(
        {
            "id": new_id("pm"),
            "object": "payment_method",
            "allow_redisplay": "limited",
            "billing_details": billing,
            "created": scope.now,
            "customer": customer,
            "livemode": False,
            "metadata": {},
            **method,
        }
    )


@bp.get("/v1/payment_methods/<payment_method>")
@operation()
def retrieve(scope: Scope, _params: Doc, payment_method: str) -> Doc:
    return scope.get("payment_method", payment_method, param="payment_method")
