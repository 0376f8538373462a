"""What Checkout refuses before there is a page."""

from collections.abc import Mapping

from ...errors import StripeError
from ...money import EXPONENT, MAXIMUM, formatted, minimum, step_of
from ...params import refusal
from ...scope import Scope
from ...state import Doc

LONGEST_SECONDS = 24 * 3600
_SHORTEST_SECONDS = 30 * 60
_SHORTEST_TRIAL_SECONDS = 48 * 3600

# Methods that know no other currency.
_ONE_CURRENCY = {"nz_bank_account": "nzd", "promptpay": "thb"}
# Methods that can be kept for later, and those that an account shows unless told otherwise.
_SAVED = ("card", "link")
_BY_DEFAULT = ("card", "promptpay")

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
        if "allowed_payment_method_types" not in params and "currency" not in params:
            raise StripeError(
                "`currency` is required in `setup` mode when `allowed_payment_method_types` is not"
                " set.",
                param="currency",
            )
    elif "line_items" not in params:
        raise refusal("Missing required param: line_items.", "line_items", "parameter_missing")
    for place, line in enumerate(params.get("line_items", ())):
        _check_interval(mode, line["price_data"], f"line_items[{place}][price_data]")


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
    """What the account has and mode and currency fit, of it what is allowed.

    Since endive nothing is asked for that fits not: it is left out in silence (changelog, "Removes
    the payment method types parameter from Checkout Sessions").
    """
    currency, mode = _currency(params), params["mode"]
    fitting = [
        method
        for method in scope.account.methods
        if currency in (None, _ONE_CURRENCY.get(method, currency))
        and (mode == "payment" or method in _SAVED)
    ]
    allowed = params.get("allowed_payment_method_types", _BY_DEFAULT)
    found = [method for method in fitting if method in allowed]
    if not found:
        raise StripeError(
            "No valid payment method types for this Checkout Session. Please ensure that you have"
            " activated payment methods compatible with your chosen currency in your dashboard.",
            param="allowed_payment_method_types",
        )
    return found


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


def check_trial(scope: Scope, customer: Doc | None, ends: int) -> None:
    """API reference, `subscription_data.trial_end`."""
    if customer is None:
        raise StripeError(
            "The practice Stripe begins a trial for a customer that is known only.",
            param="customer",
        )
    if ends < scope.now + _SHORTEST_TRIAL_SECONDS:
        raise StripeError(
            "The `trial_end` date has to be at least 2 days in the future.",
            param="subscription_data[trial_end]",
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
    if total % step_of(currency):
        raise StripeError(
            f"Invalid amount: {currency} amounts must be multiples of {step_of(currency)}.",
            code="parameter_invalid_integer",
            param="line_items[0][price_data][unit_amount]",
        )
    return currency, total
