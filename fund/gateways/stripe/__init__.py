"""The only package that speaks to Stripe. Called between transactions, never inside one.

Objects leave it as plain dicts (a `StripeObject` is no dict). Every call may raise `Unavailable`
(slow, down, too many at once: the same call may be made again) or `Refused("stripe_refused")`.
"""

from fund.gateways.stripe.billing import (
    PlanOrder,
    create_customer,
    create_plan_session,
    create_product,
    delete_customer,
    find_invoice_payment,
    list_live_subscriptions,
    retrieve_invoice,
    retrieve_setup_intent,
    retrieve_subscription,
)
from fund.gateways.stripe.changing import (
    cancel,
    change_item,
    create_card_session,
    move_day,
    pause,
    resume,
    use_card,
)
from fund.gateways.stripe.checkout import (
    CheckoutOrder,
    create_checkout_session,
    expire_session,
    retrieve_charge,
    retrieve_payment_intent,
    retrieve_session,
)
from fund.gateways.stripe.client import API_VERSION, Doc, check, init, list_office_codes
from fund.gateways.stripe.doubts import (
    retrieve_dispute,
    retrieve_early_fraud_warning,
    retrieve_review,
)
from fund.gateways.stripe.lists import (
    list_balance_transactions,
    list_events,
    retrieve_balance,
    retrieve_payout,
)
from fund.gateways.stripe.refunds import (
    RefundOrder,
    create_refund,
    find_refund,
    list_refunds,
    retrieve_refund,
)
from fund.gateways.stripe.webhooks import BadWebhook, verify_webhook

__all__ = [
    "API_VERSION",
    "BadWebhook",
    "CheckoutOrder",
    "Doc",
    "PlanOrder",
    "RefundOrder",
    "cancel",
    "change_item",
    "check",
    "create_card_session",
    "create_checkout_session",
    "create_customer",
    "create_plan_session",
    "create_product",
    "create_refund",
    "delete_customer",
    "expire_session",
    "find_invoice_payment",
    "find_refund",
    "init",
    "list_balance_transactions",
    "list_events",
    "list_live_subscriptions",
    "list_office_codes",
    "list_refunds",
    "move_day",
    "pause",
    "resume",
    "retrieve_balance",
    "retrieve_charge",
    "retrieve_dispute",
    "retrieve_early_fraud_warning",
    "retrieve_invoice",
    "retrieve_payment_intent",
    "retrieve_payout",
    "retrieve_refund",
    "retrieve_review",
    "retrieve_session",
    "retrieve_setup_intent",
    "retrieve_subscription",
    "use_card",
    "verify_webhook",
]
