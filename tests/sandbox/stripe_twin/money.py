"""A visit to every endpoint that moves money after it was given."""

from typing import Any

import pytest
import stripe

from .fixtures import order


def visit_money(twin: Any, api: stripe.StripeClient) -> None:
    """Refunds, disputes, alerts, payouts and top-ups, each asked for everything it has."""
    twin.control("switches", available_days=0)
    _visit_refunds(twin, api)
    _visit_disputes(twin, api)
    _visit_alerts(twin, api)
    payout = api.v1.payouts.create({"amount": 100, "currency": "nzd", "method": "standard"})
    api.v1.payouts.update(payout.id, {"metadata": {"for": "rent"}})
    assert api.v1.payouts.cancel(payout.id).status == "canceled"
    topup = api.v1.topups.create({"amount": 100, "currency": "nzd"})
    assert api.v1.topups.retrieve(topup.id).status == "succeeded"
    assert api.v1.topups.list().data[0].id == topup.id


def _paid(twin: Any, api: stripe.StripeClient) -> str:
    session = api.v1.checkout.sessions.create(order())
    paid = twin.control("pay", session_id=session.id)
    return str(paid["payment_intent"]["latest_charge"]["id"])


def _visit_refunds(twin: Any, api: stripe.StripeClient) -> None:
    refund = api.v1.refunds.create({"charge": _paid(twin, api), "amount": 100})
    api.v1.refunds.update(refund.id, {"metadata": {"why": "asked"}})
    for ask in (api.v1.refunds.cancel, api.v1.test_helpers.refunds.expire):
        with pytest.raises(stripe.InvalidRequestError, match="requires_action"):
            ask(refund.id)


def _visit_disputes(twin: Any, api: stripe.StripeClient) -> None:
    dispute = twin.control("dispute", charge=_paid(twin, api))
    api.v1.disputes.update(dispute["id"], {"evidence": {"receipt": "file_1"}, "submit": False})
    assert api.v1.disputes.close(dispute["id"]).status == "lost"


def _visit_alerts(twin: Any, api: stripe.StripeClient) -> None:
    charge = _paid(twin, api)
    warning = twin.control("warn", charge=charge)
    assert api.v1.radar.early_fraud_warnings.retrieve(warning["id"]).actionable
    assert api.v1.radar.early_fraud_warnings.list({"charge": charge}).data[0].id == warning["id"]
    review = twin.control("review", charge=charge)
    assert api.v1.reviews.retrieve(review["id"]).open
    assert api.v1.reviews.list().data[0].id == review["id"]
    assert api.v1.reviews.approve(review["id"]).closed_reason == "approved"
