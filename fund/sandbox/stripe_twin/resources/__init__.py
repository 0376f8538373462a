"""The API, one module a resource family."""

from flask import Blueprint

from . import (
    account,
    balance,
    charges,
    checkout_sessions,
    customers,
    disputes,
    events,
    invoices,
    payment_intents,
    payment_methods,
    payouts,
    products,
    refunds,
    setup_intents,
    subscriptions,
)

BLUEPRINTS: tuple[Blueprint, ...] = tuple(
    module.bp
    for module in (
        account,
        balance,
        charges,
        checkout_sessions,
        customers,
        disputes,
        events,
        invoices,
        invoices,
        payment_intents,
        payment_methods,
        payouts,
        products,
        refunds,
        setup_intents,
        subscriptions,
    )
)
