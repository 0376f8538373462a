"""A dispute goes through Stripe's states, and its money through the balance's lines."""

import pytest
import stripe

from .fixtures import NZ_KEY, US_KEY
from .inprocess import types

DAY = 86_400


def _lines(api, source):
    listed = api.v1.balance_transactions.list({"source": source}).data[::-1]
    return [(line.reporting_category, line.amount, line.fee) for line in listed]


def test_an_inquiry_asks_and_moves_no_money(inside):
    api, charge = inside.client(NZ_KEY), inside.pay()
    inside.take_webhooks()
    asked = inside.control("dispute", charge=charge.id, inquiry=True)
    assert (asked["status"], asked["balance_transactions"]) == ("warning_needs_response", [])
    assert asked["is_charge_refundable"] is True
    assert types(inside.take_webhooks()) == ["charge.updated", "charge.dispute.created"]
    answered = api.v1.disputes.update(
        asked["id"], {"evidence": {"uncategorized_text": "The donor wrote to us."}}
    )
    assert answered.status == "warning_under_review"
    assert answered.evidence_details.to_dict() == {
        "due_by": asked["evidence_details"]["due_by"],
        "enhanced_eligibility": {},
        "has_evidence": True,
        "past_due": False,
        "submission_count": 1,
    }
    inside.control("dispute_close", dispute=asked["id"], outcome="closed")
    assert api.v1.disputes.retrieve(asked["id"]).status == "warning_closed"
    assert types(inside.take_webhooks()) == ["charge.dispute.updated", "charge.dispute.closed"]
    assert _lines(api, asked["id"]) == []


def test_a_whole_refund_ends_an_inquiry(inside):
    api, charge = inside.client(NZ_KEY), inside.pay()
    asked = inside.control("dispute", charge=charge.id, inquiry=True)
    api.v1.refunds.create({"charge": charge.id, "amount": 1000})
    assert api.v1.disputes.retrieve(asked["id"]).status == "warning_needs_response"
    api.v1.refunds.create({"charge": charge.id})
    assert api.v1.disputes.retrieve(asked["id"]).status == "warning_closed"


def test_an_inquiry_that_escalates_takes_the_money_then(inside):
    api, charge = inside.client(NZ_KEY), inside.pay()
    asked = inside.control("dispute", charge=charge.id, inquiry=True)
    inside.take_webhooks()
    inside.control("dispute_escalate", dispute=asked["id"])
    dispute = api.v1.disputes.retrieve(asked["id"])
    assert (dispute.status, dispute.is_charge_refundable) == ("needs_response", False)
    assert dispute.payment_method_details.card.case_type == "chargeback"
    assert _lines(api, dispute.id) == [("dispute", -5000, 1500)]
    assert types(inside.take_webhooks()) == [
        "charge.dispute.updated",
        "charge.dispute.funds_withdrawn",
    ]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.refunds.create({"charge": charge.id})
    assert refused.value.code == "charge_disputed"


def test_an_answer_may_cost_a_fee_that_a_win_brings_back(inside):
    api, charge = inside.client(US_KEY), inside.pay(US_KEY, currency="usd")
    dispute = inside.control("dispute", charge=charge.id)
    draft = api.v1.disputes.update(
        dispute["id"], {"evidence": {"receipt": "file_1"}, "submit": False}
    )
    assert (draft.status, draft.evidence_details.submission_count) == ("needs_response", 0)
    answered = api.v1.disputes.update(dispute["id"], {"submit": True, "metadata": {"by": "us"}})
    assert (answered.status, answered.metadata.to_dict()) == ("under_review", {"by": "us"})
    (fee,) = api.v1.balance_transactions.list({"type": "stripe_fee"}).data
    assert (fee.net, fee.reporting_category, fee.source) == (-1500, "fee", None)
    inside.control("dispute_close", dispute=dispute["id"], outcome="won")
    won = api.v1.disputes.retrieve(dispute["id"])
    assert (won.status, len(won.balance_transactions)) == ("won", 2)
    # The fee for being asked is gone for good; the one for answering comes back.
    assert _lines(api, won.id) == [("dispute", -5000, 1500), ("dispute_reversal", 5000, -1500)]
    assert sum(line.net for line in api.v1.balance_transactions.list({"limit": 100}).data) == (
        5000 - 1500 - _fee(api, charge)
    )


def _fee(api, charge):
    return api.v1.balance_transactions.retrieve(charge.balance_transaction).fee


def test_one_that_is_accepted_or_left_unanswered_is_lost(inside):
    api = inside.client(NZ_KEY)
    accepted = inside.control("dispute", charge=inside.pay().id)
    assert api.v1.disputes.close(accepted["id"]).status == "lost"
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.disputes.close(accepted["id"])
    forgotten = inside.control("dispute", charge=inside.pay().id)
    inside.sleep(8 * DAY)
    assert api.v1.disputes.retrieve(forgotten["id"]).status == "needs_response"
    inside.sleep(DAY)
    lost = api.v1.disputes.retrieve(forgotten["id"])
    assert (lost.status, lost.evidence_details.past_due) == ("lost", True)
    assert len(lost.balance_transactions) == 1
    # A bank can still think better of it.
    inside.control("dispute_close", dispute=forgotten["id"], outcome="won")
    assert api.v1.disputes.retrieve(forgotten["id"]).status == "won"


def test_a_part_is_disputed_and_then_the_rest(inside):
    api, charge = inside.client(NZ_KEY), inside.pay()
    first = inside.control("dispute", charge=charge.id, amount=2000, reason="duplicate")
    second = inside.control("dispute", charge=charge.id)
    assert (first["amount"], first["reason"], second["amount"]) == (2000, "duplicate", 3000)
    assert [d.id for d in api.v1.disputes.list({"charge": charge.id}).data] == [
        second["id"],
        first["id"],
    ]


def test_one_can_be_prevented_before_it_begins(inside):
    api = inside.client(NZ_KEY)
    asked = inside.control("dispute", charge=inside.pay().id, inquiry=True)
    inside.control("dispute_close", dispute=asked["id"], outcome="prevented")
    assert api.v1.disputes.retrieve(asked["id"]).status == "prevented"
    assert _lines(api, asked["id"]) == []


def test_a_dispute_overtakes_a_refund_that_has_not_reached_the_bank(inside):
    api, charge = inside.client(NZ_KEY), inside.pay()
    inside.control("switches", refunds_need_balance=True)
    refund = api.v1.refunds.create({"charge": charge.id, "amount": 1000})
    assert refund.status == "pending"
    inside.control("dispute", charge=charge.id)
    failed = api.v1.refunds.retrieve(refund.id)
    assert failed.status == "failed"
    assert failed.failure_reason == "charge_for_pending_refund_disputed"


def test_an_early_warning_is_actionable_until_the_money_is_given_back_or_taken(inside):
    api = inside.client(NZ_KEY)
    given, taken = inside.pay(), inside.pay()
    inside.take_webhooks()
    for charge in (given, taken):
        warning = inside.control("warn", charge=charge.id, type="made_with_stolen_card")
        assert (warning["actionable"], warning["fraud_type"]) == (True, "made_with_stolen_card")
    api.v1.refunds.create({"charge": given.id, "reason": "fraudulent"})
    inside.control("dispute", charge=taken.id)
    listed = api.v1.radar.early_fraud_warnings.list({"expand": ["data.charge"]}).data
    assert [(w.charge.id, w.actionable) for w in listed] == [(taken.id, False), (given.id, False)]
    told = [t.rpartition(".") for t in types(inside.take_webhooks()) if t.startswith("radar")]
    assert [word for _, _, word in told] == ["created", "created", "updated", "updated"]


def test_a_review_is_open_until_somebody_decided_or_the_money_went_back(inside):
    api = inside.client(NZ_KEY)
    approved, refunded = inside.pay(), inside.pay()
    inside.take_webhooks()
    review = inside.control("review", charge=approved.id)
    assert api.v1.charges.retrieve(approved.id, {"expand": ["review"]}).review.open is True
    assert api.v1.reviews.approve(review["id"]).closed_reason == "approved"
    assert api.v1.charges.retrieve(approved.id).review is None
    other = inside.control("review", charge=refunded.id)
    api.v1.refunds.create({"charge": refunded.id, "reason": "fraudulent"})
    assert api.v1.reviews.retrieve(other["id"]).closed_reason == "refunded_as_fraud"
    assert types(inside.take_webhooks()) == [
        "review.opened",
        "review.closed",
        "review.opened",
        "refund.created",
        "charge.refunded",
        "review.closed",
    ]
