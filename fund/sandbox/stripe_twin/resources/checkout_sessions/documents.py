"""A session and its lines as documents."""

from ...errors import StripeError
from ...ids import new_id
from ...params import merged
from ...scope import Scope
from ...state import Doc
from ..products import new_price, new_product

_CUSTOMER_CREATION = {"payment": "if_required", "setup": "if_required", "subscription": "always"}


def priced_lines(scope: Scope, lines: list[Doc]) -> list[Doc]:
    """Each line with `price_data`, given with it or taken from the price that it names."""
    return [_priced(scope, line, f"line_items[{place}]") for place, line in enumerate(lines)]


def _priced(scope: Scope, line: Doc, param: str) -> Doc:
    if ("price" in line) == ("price_data" in line):
        raise StripeError(
            "You must specify either `price` or `price_data` for each line item.", param=param
        )
    if "price_data" in line:
        return line
    price = scope.get("price", line["price"], param=f"{param}[price]")
    if not price["active"]:
        raise StripeError(
            "The price specified is inactive. This field only accepts active prices.",
            param=f"{param}[price]",
        )
    names = ("currency", "product", "unit_amount", "recurring")
    kept = {name: price[name] for name in names if price[name] is not None}
    return {**line, "price": price, "price_data": kept}


def new_line(scope: Scope, line: Doc) -> Doc:
    given_price = line["price_data"]
    if "product" in given_price:
        product = scope.get(
            "product", given_price["product"], param="line_items[0][price_data][product]"
        )
    elif "product_data" in given_price:
        product = new_product(scope, {**given_price["product_data"], "active": False})
    else:
        raise StripeError(
            "You must specify either `product` or `product_data` when creating a price.",
            param="line_items[0][price_data]",
        )
    currency = given_price["currency"].lower()
    price = line.get("price") or new_price(
        scope,
        product=product["id"],
        currency=currency,
        unit_amount=given_price["unit_amount"],
        recurring=given_price.get("recurring"),
    )
    amount = given_price["unit_amount"] * line["quantity"]
    return {
        "id": new_id("li"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": currency,
        "description": product["name"],
        "metadata": line.get("metadata", {}),
        "price": price,
        "quantity": line["quantity"],
    }


def prefilled(customer: Doc | None, address: str | None) -> Doc | None:
    if customer is None and address is None:
        return None
    return customer_details(
        customer["email"] if customer else address, customer["name"] if customer else None
    )


def customer_details(address: str | None, name: str | None, country: str | None = None) -> Doc:
    where = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {
        "address": {**where, "country": country} if country else None,
        "business_name": None,
        "email": address,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def new_document(params: Doc, session_id: str) -> Doc:
    """A session without its moments, its customer and its money."""
    mode = params["mode"]
    return {
        "id": session_id,
        "object": "checkout.session",
        "adaptive_pricing": None
        if mode == "setup"
        else params.get("adaptive_pricing", {"enabled": True}),
        "after_expiration": None,
        "allow_promotion_codes": None,
        "amount_subtotal": None,
        "amount_total": None,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": params.get("billing_address_collection"),
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "currency": params.get("currency"),
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": {
            **dict.fromkeys(("after_submit", "shipping_address", "submit")),
            "terms_of_service_acceptance": None,
            **params.get("custom_text", {}),
        },
        "customer_account": None,
        "customer_creation": params.get("customer_creation", _CUSTOMER_CREATION[mode]),
        "customer_email": params.get("customer_email"),
        "discounts": [],
        "invoice": None,
        "invoice_creation": None,
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": merged({}, params.get("metadata", {})),
        "mode": mode,
        "origin_context": None,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "always" if mode == "subscription" else "if_required",
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "payment_status": "no_payment_required" if mode == "setup" else "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": params.get("submit_type"),
        "subscription": None,
        "success_url": params["success_url"],
        "total_details": None
        if mode == "setup"
        else {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "wallet_options": None,
    }
