"""What Checkout refuses before there is a page."""

from collections.abc import Mapping

from ...errors import StripeError
from ...money import EXPONENT, MAXIMUM, formatted, minimum
from ...params import refusal
from ...scope import Scope
from ...state import Doc

LONGEST_SECONDS = 24 * 3600
_SHORTEST_SECONDS = 30 * 60

# Methods that know no other currency.
_ONE_CURRENCY = {"nz_bank_account": "nzd", "promptpay": "thb"}

# Which parameters belong to which modes (API reference, "Create a Checkout Session").
_ONLY_IN: Mapping[str, tuple[str, ...]] = {
    "adaptive_pricing": ("payment", "subscription"),
    "customer_creation": ("payment", "setup"),
    "line_items": ("payment", "subscription"),
    "payment_intent_data": ("payment",),
    "setup_intent_data": ("setup",),
    "submit_type": ("payment", "subscription"),
    "subscription_data": ("subscription",),
}


def check_mode(params: Doc) -> None:
    """What the mode needs and what it does not take."""
    mode = params["mode"]
    for name, modes in _ONLY_IN.items():
        if name in params and mode not in modes:
            raise StripeError(f"You can not pass `{name}` in `{mode}` mode.", param=name)
    if "customer" in params and "customer_email" in params:
        raise StripeError(
            "You may only specify one of these parameters: customer, customer_email.",
            param="customer_email",
        )
    if mode == "setup":
        if "payment_method_types" not in params and "currency" not in params:
            raise StripeError(
                "`currency` is required in `setup` mode when `payment_method_types` is not set.",
                param="currency",
            )
    elif "line_items" not in params:
        raise refusal("Missing required param: line_items.", "line_items", "parameter_missing")
    if mode != "payment":
        _check_saved_methods(params)
    for place, line in enumerate(params.get("line_items", ())):
        _check_interval(mode, line["price_data"], f"line_items[{place}][price_data]")


def _check_saved_methods(params: Doc) -> None:
    for method in params.get("payment_method_types", ()):
        if method != "card":
            raise StripeError(
                f"The payment method `{method}` cannot be used in `{params['mode']}` mode.",
                param="payment_method_types",
            )


def _check_interval(mode: str, price: Doc, param: str) -> None:
    if mode == "subscription" and "recurring" not in price:
        raise StripeError(
            "You must provide at least one recurring price in `subscription` mode when using"
            " prices.",
            param=param,
        )
    if mode == "payment" and "recurring" in price:
        raise StripeError(
            "You specified `payment` mode but passed a recurring price. Either switch to"
            " `subscription` mode or use only one-time prices.",
            param=param,
        )


def methods_for(scope: Scope, params: Doc) -> list[str]:
    """The methods that are asked for, or those that the account has and the currency fits."""
    has = scope.account.methods
    currency = _currency(params)
    asked: list[str] = params.get("payment_method_types", [])
    for place, method in enumerate(asked):
        if method not in has:
            raise StripeError(
                f"The payment method type provided: {method} is invalid. Please ensure the"
                " provided type is activated in your dashboard"
                " (https://dashboard.stripe.com/account/payments/settings).",
                param=f"payment_method_types[{place}]",
            )
        if currency not in (None, _ONE_CURRENCY.get(method, currency)):
            raise StripeError(
                f"The payment method `{method}` cannot be used with the currency `{currency}`.",
                param="payment_method_types",
            )
    if asked:
        return asked
    by_qr = params["mode"] == "payment" and currency == "thb" and "promptpay" in has
    return ["card", "promptpay"] if by_qr else ["card"]


def _currency(params: Doc) -> str | None:
    for line in params.get("line_items", ()):
        return str(line["price_data"]["currency"]).lower()
    return None


def check_expiry(scope: Scope, params: Doc) -> None:
    lasts = params.get("expires_at", scope.now + LONGEST_SECONDS) - scope.now
    # Stripe allows a little for clocks that differ.
    if not _SHORTEST_SECONDS - 60 <= lasts <= LONGEST_SECONDS + 60:
        raise StripeError(
            "The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from"
            " Checkout Session creation.",
            param="expires_at",
        )


def check_amounts(scope: Scope, lines: list[Doc]) -> tuple[str, int]:
    """Currency and total, within what Stripe would charge."""
    if not lines:
        raise refusal("At least one line item is required.", "line_items")
    currencies = {line["price_data"]["currency"].lower() for line in lines}
    currency = currencies.pop()
    if currencies or currency not in EXPONENT:
        raise refusal(
            f"Invalid currency: {currency}. All lines share one supported currency.",
            "line_items[0][price_data][currency]",
        )
    total = sum(line["price_data"]["unit_amount"] * line["quantity"] for line in lines)
    least = minimum(currency, scope.account.currency)
    if total < least:
        raise StripeError(
            "The Checkout Session's total amount due must add up to at least"
            f" {formatted(least, currency)} {currency}",
            code="amount_too_small",
        )
    if total > MAXIMUM:
        raise StripeError(
            "The Checkout Session's total amount due must be no more than"
            f" {formatted(MAXIMUM, currency)} {currency}",
            code="amount_too_large",
        )
    if EXPONENT[currency] == 3 and total % 10:
        raise StripeError(
            f"Invalid amount: {currency} amounts must end in 0.",
            code="parameter_invalid_integer",
            param="line_items[0][price_data][unit_amount]",
        )
    return currency, total
