"""Stripe's test cards do what its page says of them, a moment after the payment."""

import pytest

from .fixtures import NZ_KEY, order
from .inprocess import types

RISKY, RISKIEST, BLOCKED = "4000000000009235", "4000000000004954", "4100000000000019"


@pytest.mark.parametrize(
    ("card", "status", "reason", "amounts"),
    [
        ("4000000000000259", "needs_response", "fraudulent", [5000]),
        ("4000000000002685", "needs_response", "product_not_received", [5000]),
        ("4000000000001976", "warning_needs_response", "fraudulent", [5000]),
        ("4000000404000079", "needs_response", "fraudulent", [2500, 2500]),
    ],
)
def test_some_are_disputed_by_themselves(inside, card, status, reason, amounts):
    charge = inside.pay(card=card)
    api = inside.client(NZ_KEY)
    assert api.v1.disputes.list().data == []
    inside.sleep(1)
    disputes = api.v1.disputes.list({"charge": charge.id}).data
    assert [dispute.amount for dispute in disputes] == amounts
    assert {(dispute.status, dispute.reason) for dispute in disputes} == {(status, reason)}


def test_one_is_warned_of_and_one_is_reviewed(inside):
    warned, reviewed = inside.pay(card="4000000000005423"), inside.pay(card=RISKY)
    inside.sleep(1)
    api = inside.client(NZ_KEY)
    (warning,) = api.v1.radar.early_fraud_warnings.list().data
    (review,) = api.v1.reviews.list().data
    assert (warning.charge, review.charge) == (warned.id, reviewed.id)
    assert (reviewed.outcome.risk_level, reviewed.outcome.type) == ("elevated", "manual_review")
    assert types(inside.take_webhooks())[-2:] == [
        "radar.early_fraud_warning.created",
        "review.opened",
    ]


def test_the_riskiest_is_blocked_before_any_bank_is_asked(inside):
    assert inside.pay(card=RISKIEST).outcome.risk_level == "highest"
    api = inside.client(NZ_KEY)
    session = api.v1.checkout.sessions.create(order())
    declined = inside.control("pay", session_id=session.id, card=BLOCKED)
    charge = api.v1.charges.retrieve(declined["payment_intent"]["latest_charge"]["id"])
    assert (charge.status, charge.outcome.type) == ("failed", "blocked")
    assert charge.outcome.network_status == "not_sent_to_network"


def test_refunds_to_some_are_slow_and_to_some_they_come_back(inside):
    slow, back = inside.pay(card="4000000000007726"), inside.pay(card="4000000000005126")
    api = inside.client(NZ_KEY)
    pending = api.v1.refunds.create({"charge": slow.id})
    assert (pending.status, pending.pending_reason) == ("pending", "processing")
    assert api.v1.refunds.create({"charge": back.id}).status == "succeeded"
    inside.sleep(1)
    assert [refund.status for refund in api.v1.refunds.list().data] == ["failed", "succeeded"]


def test_one_is_available_at_once(inside):
    inside.pay(card="4000000000000077")
    assert inside.client(NZ_KEY).v1.balance.retrieve().available[0].amount > 0
