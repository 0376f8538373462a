"""Invoices from draft to paid or void, and the payments made for them."""

from ..ids import new_id
from ..money import formatted
from ..resources.payment_intents import cancel_payment_intent, new_payment_intent
from ..scope import Scope
from ..state import Doc, Page
from .calendar import earlier

DRAFT_SECONDS = 3600
_DESCRIPTION = {"subscription_create": "Subscription creation"}


def draft(
    scope: Scope,
    subscription: Doc,
    item: Doc,
    *,
    reason: str,
    at: int,
    amount: int | None = None,
) -> Doc:
    """An invoice of the item's present period; `amount` if it is not the price (a free stretch)."""
    price = item["price"]
    total = price["unit_amount"] * item["quantity"] if amount is None else amount
    customer = scope.get("customer", subscription["customer"], param="customer")
    invoice_id = new_id("in")
    document = _document(scope, invoice_id, subscription, customer, total)
    document |= {
        "automatically_finalizes_at": at + DRAFT_SECONDS,
        "billing_reason": reason,
        "created": at,
        "lines": {
            "object": "list",
            "data": [_line(scope, invoice_id, subscription, item, total)],
            "has_more": False,
            "url": f"/v1/invoices/{invoice_id}/lines",
        },
        "next_payment_attempt": at + DRAFT_SECONDS,
        "period_end": at,
        "period_start": earlier(at, price["recurring"]) if reason == "subscription_cycle" else at,
        "_due_at": at + DRAFT_SECONDS,
    }
    invoice = scope.put(document)
    scope.emit("invoice.created", invoice)
    return invoice


def finalize(scope: Scope, invoice: Doc, *, at: int, intent: Doc | None = None) -> Doc:
    """Number it and open it; `intent` is the payment already begun, as in Checkout.

    An invoice of nothing is paid at once, without a payment.
    """
    number = _next_number(scope, invoice["customer"])
    scope.change(
        invoice,
        automatically_finalizes_at=None,
        effective_at=at,
        number=number,
        status="open",
        status_transitions={**invoice["status_transitions"], "finalized_at": at},
        _due_at=None,
    )
    if invoice["amount_due"] > 0:
        intent = intent or new_payment_intent(
            scope,
            amount=invoice["amount_due"],
            currency=invoice["currency"],
            customer=invoice["customer"],
            methods=["card"],
            data={"description": describe(invoice), "setup_future_usage": "off_session"},
        )
        _new_payment(scope, invoice, intent, at)
    scope.emit("invoice.finalized", invoice)
    if invoice["amount_due"] == 0:
        mark_paid(scope, invoice, at=at)
    return invoice


def describe(invoice: Doc) -> str:
    return _DESCRIPTION.get(invoice["billing_reason"], "Subscription update")


def mark_paid(scope: Scope, invoice: Doc, *, at: int) -> Doc:
    """What was asked for is here."""
    due = invoice["amount_due"]
    scope.change(
        invoice,
        amount_paid=due,
        amount_remaining=0,
        attempted=True,
        attempt_count=invoice["attempt_count"] + (due > 0),
        auto_advance=False,
        next_payment_attempt=None,
        status="paid",
        status_transitions={**invoice["status_transitions"], "paid_at": at},
        _due_at=None,
    )
    payment = find_payment(scope, invoice)
    if payment is not None:
        scope.change(
            payment,
            "invoice_payment.paid",
            amount_paid=due,
            status="paid",
            status_transitions={"canceled_at": None, "paid_at": at},
        )
    scope.emit("invoice.paid", invoice)
    scope.emit("invoice.payment_succeeded", invoice)
    return invoice


def void(scope: Scope, invoice: Doc, *, at: int) -> Doc:
    """Nothing is asked for any more, and the payment begun for it ends."""
    payment = find_payment(scope, invoice)
    if payment is not None:
        intent = scope.get("payment_intent", payment["payment"]["payment_intent"], param="intent")
        cancel_payment_intent(scope, intent, reason="void_invoice")
        scope.change(
            payment,
            status="canceled",
            status_transitions={"canceled_at": at, "paid_at": None},
        )
    return scope.change(
        invoice,
        "invoice.voided",
        auto_advance=False,
        next_payment_attempt=None,
        status="void",
        status_transitions={**invoice["status_transitions"], "voided_at": at},
        _due_at=None,
    )


def find_payment(scope: Scope, invoice: Doc) -> Doc | None:
    return scope.store.find_invoice_payment(scope.account.id, invoice=invoice["id"])


def list_unpaid_of(scope: Scope, subscription_id: str) -> list[Doc]:
    """Its drafts and open invoices, newest first."""
    mine = {"parent.subscription_details.subscription": subscription_id}
    docs, _ = scope.store.list_page(scope.account.id, "invoice", Page(limit=100, filters=mine))
    return [doc for doc in docs if doc["status"] in ("draft", "open")]


def _new_payment(scope: Scope, invoice: Doc, intent: Doc, at: int) -> Doc:
    return scope.put(
        {
            "id": new_id("inpay"),
            "object": "invoice_payment",
            "amount_paid": None,
            "amount_requested": invoice["amount_due"],
            "created": at,
            "currency": invoice["currency"],
            "invoice": invoice["id"],
            "is_default": True,
            "livemode": False,
            "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
            "status": "open",
            "status_transitions": {"canceled_at": None, "paid_at": None},
        }
    )


def _next_number(scope: Scope, customer_id: str) -> str:
    customer = scope.get("customer", customer_id, param="customer")
    count = customer.get("_invoices", 0) + 1
    scope.change(customer, _invoices=count)
    return f"{customer['invoice_prefix']}-{count:04d}"


def _line(scope: Scope, invoice_id: str, subscription: Doc, item: Doc, amount: int) -> Doc:
    price = item["price"]
    product = scope.get("product", price["product"], param="product")
    each = formatted(price["unit_amount"], price["currency"])
    interval = price["recurring"]["interval"]
    return {
        "id": new_id("il"),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"],
        "description": f"{item['quantity']} × {product['name']} (at {each} / {interval})",
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice_id,
        "livemode": False,
        "metadata": subscription["metadata"],
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        },
        "period": {"end": item["current_period_end"], "start": item["current_period_start"]},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": item["quantity"],
        "quantity_decimal": str(item["quantity"]),
        "subscription": subscription["id"],
        "subtotal": amount,
        "taxes": [],
    }


def _document(scope: Scope, invoice_id: str, subscription: Doc, customer: Doc, total: int) -> Doc:
    return {
        "id": invoice_id,
        "object": "invoice",
        "account_country": scope.account.country,
        "account_name": scope.account.name,
        "account_tax_ids": None,
        "amount_due": total,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_paid_off_stripe": 0,
        "amount_remaining": total,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "collection_method": "charge_automatically",
        "currency": subscription["currency"],
        "custom_fields": None,
        "customer": customer["id"],
        "customer_account": None,
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": None,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "due_date": None,
        "effective_at": None,
        "ending_balance": 0,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "livemode": False,
        "metadata": {},
        "number": None,
        "on_behalf_of": None,
        "parent": {
            "quote_details": None,
            "subscription_details": {
                "metadata": subscription["metadata"],
                "subscription": subscription["id"],
            },
            "type": "subscription_details",
        },
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": 0,
        "statement_descriptor": None,
        "status": "draft",
        "status_transitions": {
            "finalized_at": None,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        "subtotal": total,
        "subtotal_excluding_tax": total,
        "test_clock": subscription["test_clock"],
        "total": total,
        "total_discount_amounts": [],
        "total_excluding_tax": total,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": None,
    }
