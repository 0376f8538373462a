"""Stripe's webhook."""

from flask import request
from prometheus_client import Counter

from fund import clock
from fund.db import transaction
from fund.errors import NotFound
from fund.gateways import stripe
from fund.ledger.queries import get_office
from fund.settlement import operations
from fund.settlement.views.room import blueprint
from fund.web import csrf, public

REFUSED = Counter(
    "fund_webhooks_refused", "Webhooks that were not Stripe's, or not now", ["reason"]
)


@blueprint.post("/webhooks/stripe/<office>")
@public
def webhook(office: str) -> tuple[str, int]:
    """Check, write down, answer; the worker does the rest. 400 for what is not Stripe's."""
    now = clock.now()
    try:
        event = stripe.verify_webhook(
            office,
            request.get_data(cache=False),
            request.headers.get("Stripe-Signature", ""),
            now=now,
        )
        with transaction() as session:
            row = get_office(session, office)
            operations.receive(session, row, event, way="webhook", now=now)
    except stripe.BadWebhook as bad:
        REFUSED.labels(bad.reason).inc()
        return "", 400
    except NotFound:  # keys without an office: as foreign as a wrong signature
        REFUSED.labels("unknown_office").inc()
        return "", 400
    return "", 200


csrf.exempt(webhook)  # Stripe's signature stands in for our token
