"""Invoices of subscriptions, and the payments that were made for them."""

from flask import Blueprint

from ..api import operation
from ..billing import collecting, invoices, subscriptions
from ..errors import Declined, StripeError
from ..expand import list_object
from ..listing import PAGING, PAGING_BY_TIME, given, listed
from ..params import boolean, choice, fields, text
from ..scope import Scope
from ..state import Doc
from .payment_methods import get_own

bp = Blueprint("invoices", __name__)

_PAYMENTS = "/v1/invoice_payments"


@bp.get("/v1/invoices/<invoice>")
@operation()
def retrieve(scope: Scope, _params: Doc, invoice: str) -> Doc:
    return scope.get("invoice", invoice, param="invoice")


@bp.get("/v1/invoices/<invoice>/lines")
@operation(**PAGING)
def list_lines(scope: Scope, _params: Doc, invoice: str) -> Doc:
    lines: Doc = scope.get("invoice", invoice, param="invoice")["lines"]
    return lines


@bp.post("/v1/invoices/<invoice>/pay")
@operation(off_session=boolean, payment_method=text())
def pay(scope: Scope, params: Doc, invoice: str) -> Doc:
    """Ask for it now, by the method given or the one that is set."""
    doc = scope.get("invoice", invoice, param="invoice")
    at = subscriptions.moment_of(scope, doc)
    if doc["status"] == "draft":
        invoices.finalize(scope, doc, at=at)
    if doc["status"] != "open":
        word = {"paid": "already paid", "void": "voided"}[doc["status"]]
        raise StripeError(f"Invoice is {word}", param="invoice")
    method = None
    if "payment_method" in params:
        method = get_own(scope, doc["customer"], params["payment_method"], param="payment_method")
    error = collecting.attempt(scope, doc, at=at, method=method, is_automatic=False)
    if error is not None:
        raise Declined.of(error)
    return doc


@bp.post("/v1/invoices/<invoice>/void")
@operation()
def void(scope: Scope, _params: Doc, invoice: str) -> Doc:
    doc = scope.get("invoice", invoice, param="invoice")
    if doc["status"] != "open":
        raise StripeError(
            f"You can only pass in open invoices. This invoice is {doc['status']}.",
            param="invoice",
        )
    return collecting.forgive(scope, doc, at=subscriptions.moment_of(scope, doc))


@bp.get("/v1/invoices")
@operation(
    customer=text(),
    status=choice("draft", "open", "paid", "uncollectible", "void"),
    subscription=text(),
    **PAGING_BY_TIME,
)
def list_(scope: Scope, params: Doc) -> Doc:
    filters = given(params, "customer", "status")
    if "subscription" in params:
        filters["parent.subscription_details.subscription"] = params["subscription"]
    return listed(scope, "invoice", "/v1/invoices", params, filters=filters)


@bp.get("/v1/invoice_payments/<invoice_payment>")
@operation()
def retrieve_payment(scope: Scope, _params: Doc, invoice_payment: str) -> Doc:
    return scope.get("invoice_payment", invoice_payment, param="invoice_payment")


@bp.get(_PAYMENTS)
@operation(
    invoice=text(),
    payment=fields(required=("type",), payment_intent=text(), type=choice("payment_intent")),
    status=choice("canceled", "open", "paid"),
    **PAGING_BY_TIME,
)
def list_payments(scope: Scope, params: Doc) -> Doc:
    """All of them, or the one of an invoice or of an intent, found without looking at others."""
    intent = params.get("payment", {}).get("payment_intent")
    if intent is None and "invoice" not in params:
        filters = given(params, "status")
        return listed(scope, "invoice_payment", _PAYMENTS, params, filters=filters)
    payment = scope.store.find_invoice_payment(
        scope.account.id, invoice=params.get("invoice"), intent=intent
    )
    wanted = given(params, "invoice", "status")
    if payment is None or any(payment[key] != wanted[key] for key in wanted):
        return list_object(_PAYMENTS, [])
    return list_object(_PAYMENTS, [payment])
