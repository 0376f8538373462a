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
    payment_intents,
    payment_methods,
    payouts,
    products,
    refunds,
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
        payment_intents,
        payment_methods,
        payouts,
        products,
        refunds,
    )
)
