"""All of the API. Apart from the package, so that one resource can be had without the others."""

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
    invoices,
    payment_intents,
    payment_methods,
    payouts,
    portal_sessions,
    prices,
    products,
    refunds,
    setup_intents,
    subscriptions,
    test_clocks,
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
        invoices,
        payment_intents,
        payment_methods,
        payouts,
        portal_sessions,
        prices,
        products,
        refunds,
        setup_intents,
        subscriptions,
        test_clocks,
        topups,
    )
)
