"""Gifts each month or year. Money comes by paid invoices; how a plan stands is asked of Stripe."""

from fund.giving.plans.answers import PlanPayment, SubscriptionSeen
from fund.giving.plans.checkout import ask_stripe, open_checkout
from fund.giving.plans.following import apply_subscription, ask_subscription, follow
from fund.giving.plans.paying import ask_invoice, learn_of_charge, record_payment
from fund.giving.plans.starting import retry_plan, start_plan

__all__ = [
    "PlanPayment",
    "SubscriptionSeen",
    "apply_subscription",
    "ask_invoice",
    "ask_stripe",
    "ask_subscription",
    "follow",
    "learn_of_charge",
    "open_checkout",
    "record_payment",
    "retry_plan",
    "start_plan",
]
