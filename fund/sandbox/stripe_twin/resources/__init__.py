"""The API, one module a resource family."""

from flask import Blueprint

from . import (
    account,
    alerts,
    balance,
    charges,
    checkout_sessions,
    customers,
    disputes,
    events,
    payment_intents,
    payment_methods,
    payouts,
    products,
    refunds,
    topups,
)

BLUEPRINTS: tuple[Blueprint, ...] = tuple(
    module.bp
    for module in (
        account,
        alerts,
        balance,
        charges,
        checkout_sessions,
        customers,
        disputes,
        events,
        payment_intents,
        payment_methods,
        payouts,
        products,
        refunds,
        topups,
    )
)
