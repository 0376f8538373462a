"""Payment methods, as Checkout makes them of a card or a bank account."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint

from ..api import operation
from ..cards import CARDS, Card
from ..errors import StripeError
from ..ids import new_id
from ..listing import PAGING, given, listed
from ..params import choice, clearable, fields, integer, merged, metadata, text
from ..scope import Scope
from ..state import Doc, Page

bp = Blueprint("payment_methods", __name__)

# Stripe page "Testing", "PaymentMethods": each attach makes a new card of it.
_TEST_IDS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_authenticationRequired": "4000000000003220",
}
_TYPE = choice("card", "nz_bank_account")

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


def new_card(scope: Scope, card: Card, payer: Payer) -> Doc:
    return _new(
        scope,
        payer.billing_details(card.country),
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


def detach(scope: Scope, method: Doc) -> Doc:
    """Let it go: it can never be charged or attached again."""
    customer = scope.get("customer", method["customer"], param="customer")
    settings = customer["invoice_settings"]
    if settings["default_payment_method"] == method["id"]:
        scope.change(
            customer,
            "customer.updated",
            invoice_settings={**settings, "default_payment_method": None},
        )
    return scope.change(method, "payment_method.detached", customer=None)


def renew(scope: Scope, method: Doc, event: str, **params: Any) -> Doc:
    """Write the parts that changed, of `card` and `billing_details` too."""
    changes = {**params}
    if "metadata" in params:
        old = method["metadata"] if params["metadata"] else {}
        changes["metadata"] = merged(old, params["metadata"])
    for group in ("billing_details", "card"):
        if group in params:
            changes[group] = {**method[group], **params[group]}
    return scope.change(method, event, **changes)


def get_own(scope: Scope, customer_id: str, method_id: str, *, param: str) -> Doc:
    """A payment method that is kept for this customer, or StripeError."""
    method = scope.find(method_id)
    if method is None or method["customer"] != customer_id:
        raise StripeError(
            f"The customer does not have a payment method with the ID {method_id}. The payment"
            " method must be attached to the customer.",
            code="resource_missing",
            param=param,
        )
    return method


def list_of(scope: Scope, customer_id: str) -> list[Doc]:
    mine = Page(limit=100, filters={"customer": customer_id})
    return scope.store.list_page(scope.account.id, "payment_method", mine)[0]


def new_bank_account(scope: Scope, payer: Payer) -> Doc:
    """A method that takes its time: its payments stay `processing` until told otherwise."""
    bank = {**_BANK, "account_holder_name": payer.name}
    return _new(scope, payer.billing_details(), type="nz_bank_account", nz_bank_account=bank)


def new_promptpay(scope: Scope, payer: Payer) -> Doc:
    """A QR for any Thai bank's app; the bank answers at once."""
    return _new(scope, payer.billing_details("TH"), type="promptpay", promptpay={})


def details(method: Doc, *, three_d_secure: Doc | None = None) -> Doc:
    """`payment_method_details` of a charge made with this method."""
    if method["type"] == "promptpay":
        return {"type": "promptpay", "promptpay": {"reference": method["id"][3:18].upper()}}
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


def _new(scope: Scope, billing: Doc, **method: object) -> Doc:
    return scope.put(
        {
            "id": new_id("pm"),
            "object": "payment_method",
            "allow_redisplay": "limited",
            "billing_details": billing,
            "created": scope.now,
            "customer": None,
            "livemode": False,
            "metadata": {},
            **method,
        }
    )


@bp.get("/v1/payment_methods/<payment_method>")
@operation()
def retrieve(scope: Scope, _params: Doc, payment_method: str) -> Doc:
    return scope.get("payment_method", payment_method, param="payment_method")


@bp.post("/v1/payment_methods/<payment_method>")
@operation(
    allow_redisplay=choice("always", "limited", "unspecified"),
    billing_details=fields(email=clearable(), name=clearable(), phone=clearable()),
    card=fields(exp_month=integer(1, 12), exp_year=integer(1970, 2100)),
    metadata=metadata,
)
def update(scope: Scope, params: Doc, payment_method: str) -> Doc:
    """Only what is kept for a customer can be changed."""
    method = scope.get("payment_method", payment_method, param="payment_method")
    if method["customer"] is None:
        raise StripeError(
            "You must save this PaymentMethod to a customer before you can update it.",
            param="payment_method",
        )
    if "card" in params and method["type"] != "card":
        raise StripeError(f"This payment method is a {method['type']}.", param="card")
    return renew(scope, method, "payment_method.updated", **params)


@bp.post("/v1/payment_methods/<payment_method>/attach")
@operation(required=("customer",), customer=text())
def attach_(scope: Scope, params: Doc, payment_method: str) -> Doc:
    """All cards here come from the hosted page, where they were used, or from Stripe's test ids."""
    customer = scope.get("customer", params["customer"], param="customer")
    if payment_method in _TEST_IDS:
        card = CARDS[_TEST_IDS[payment_method]]
        return attach(scope, new_card(scope, card, Payer()), customer["id"])
    method = scope.get("payment_method", payment_method, param="payment_method")
    if method["customer"] == customer["id"]:
        return method
    if method["customer"] is not None:
        raise StripeError(
            "The payment method you provided has already been attached to a customer.",
            param="payment_method",
        )
    raise StripeError(
        "This PaymentMethod was previously used without being attached to a Customer or was"
        " detached from a Customer, and may not be used again.",
        param="payment_method",
    )


@bp.post("/v1/payment_methods/<payment_method>/detach")
@operation()
def detach_(scope: Scope, _params: Doc, payment_method: str) -> Doc:
    method = scope.get("payment_method", payment_method, param="payment_method")
    if method["customer"] is None:
        raise StripeError(
            "The payment method you provided is not attached to a customer so detachment is"
            " impossible.",
            param="payment_method",
        )
    return detach(scope, method)


@bp.get("/v1/payment_methods")
@operation(customer=text(), type=_TYPE, **PAGING)
def list_(scope: Scope, params: Doc) -> Doc:
    filters = given(params, "customer", "type")
    if "customer" not in params:
        # Stripe lists without a customer what Treasury holds; there is nothing of that here.
        filters["customer"] = ""
    return listed(scope, "payment_method", "/v1/payment_methods", params, filters=filters)


@bp.get("/v1/customers/<customer>/payment_methods")
@operation(type=_TYPE, **PAGING)
def list_for_customer(scope: Scope, params: Doc, customer: str) -> Doc:
    scope.get("customer", customer, param="customer")
    filters = {"customer": customer, **given(params, "type")}
    url = f"/v1/customers/{customer}/payment_methods"
    return listed(scope, "payment_method", url, params, filters=filters)
