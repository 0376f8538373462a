"""Gifts each month or year. Money comes by paid invoices; how a plan stands is asked of Stripe."""

from fund.giving.plans.answers import PlanPayment, SubscriptionSeen
from fund.giving.plans.cards import ask_card, open_card_page, take_card
from fund.giving.plans.changing import ask_change, can_change, keep_only
from fund.giving.plans.checking import check_office
from fund.giving.plans.checkout import ask_stripe, open_checkout
from fund.giving.plans.following import apply_subscription, ask_subscription, follow
from fund.giving.plans.kinds import change_kind, list_kinds
from fund.giving.plans.paying import (
    ask_failure,
    ask_invoice,
    learn_of_charge,
    record_failure,
    record_payment,
)
from fund.giving.plans.starting import retry_plan, start_plan
from fund.giving.plans.strays import Stray, ask_stray, note_seen, note_stray
from fund.giving.plans.telling import make_change

__all__ = [
    "PlanPayment",
    "Stray",
    "SubscriptionSeen",
    "apply_subscription",
    "ask_card",
    "ask_change",
    "ask_failure",
    "ask_invoice",
    "ask_stray",
    "ask_stripe",
    "ask_subscription",
    "can_change",
    "change_kind",
    "check_office",
    "follow",
    "keep_only",
    "learn_of_charge",
    "list_kinds",
    "make_change",
    "note_seen",
    "note_stray",
    "open_card_page",
    "open_checkout",
    "record_failure",
    "record_payment",
    "retry_plan",
    "start_plan",
    "take_card",
]
