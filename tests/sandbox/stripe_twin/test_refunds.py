"""A refund is what Stripe says it is, from its first answer to its last."""

import pytest
import stripe

from .fixtures import NZ_KEY, order
from .inprocess import types

DAY = 86_400


@pytest.fixture
def nz(inside):
    return inside.client(NZ_KEY)


def _lines(api, source):
    """Category and net of what a source did to the balance, oldest first."""
    listed = api.v1.balance_transactions.list({"source": source}).data[::-1]
    return [(line.reporting_category, line.net) for line in listed]


def test_a_refund_waits_for_the_balance_and_is_booked_when_it_suffices(inside, nz):
    inside.control("switches", refunds_need_balance=True)
    charge = inside.pay()
    refund = nz.v1.refunds.create({"charge": charge.id, "amount": 2000})
    assert (refund.status, refund.pending_reason) == ("pending", "insufficient_funds")
    assert refund.balance_transaction is None
    inside.sleep(DAY)
    assert nz.v1.refunds.retrieve(refund.id).status == "pending"
    inside.sleep(DAY)
    done = nz.v1.refunds.retrieve(refund.id, {"expand": ["balance_transaction"]})
    assert (done.status, done.balance_transaction.net) == ("succeeded", -2000)
    assert "pending_reason" not in done
    assert types(inside.take_webhooks())[-2:] == ["charge.refund.updated", "refund.updated"]


def test_a_refund_of_an_unconfirmed_debit_waits_for_it(inside, nz):
    session = nz.v1.checkout.sessions.create(_debit())
    paid = inside.control("pay", session_id=session.id, card="bank")
    charge = paid["payment_intent"]["latest_charge"]["id"]
    refund = nz.v1.refunds.create({"charge": charge})
    assert (refund.status, refund.pending_reason) == ("pending", "charge_pending")
    inside.control("bank_answer", session_id=session.id, outcome="succeed")
    inside.sleep(1)
    assert nz.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert _lines(nz, refund.id) == [("refund", -5000)]


def test_a_refund_of_a_debit_that_never_came_fails_without_money(inside, nz):
    session = nz.v1.checkout.sessions.create(_debit())
    paid = inside.control("pay", session_id=session.id, card="bank")
    charge = paid["payment_intent"]["latest_charge"]["id"]
    refund = nz.v1.refunds.create({"charge": charge})
    inside.control("bank_answer", session_id=session.id, outcome="fail")
    inside.sleep(1)
    assert nz.v1.refunds.retrieve(refund.id).status == "failed"
    assert _lines(nz, refund.id) == []


def _debit():
    return order(allowed_payment_method_types=["nz_bank_account"])


def test_a_refund_that_succeeded_can_fail_later_with_a_reason(inside, nz):
    charge = inside.pay(currency="usd")
    refund = nz.v1.refunds.create({"charge": charge.id, "amount": 2000})
    inside.control("switches", rate_drift_bp=250)
    inside.control("refund_fail", refund=refund.id, reason="expired_or_canceled_card")
    failed = nz.v1.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    (_, out), (category, back) = _lines(nz, refund.id)
    # The day's rate is another one by then, so not exactly what left comes back.
    assert (category, out, back) == ("refund_failure", -3361, 3445)
    assert failed.failure_balance_transaction.exchange_rate == pytest.approx(1.72269)
    assert nz.v1.charges.retrieve(charge.id).amount_refunded == 0
    assert types(inside.take_webhooks())[-3:] == [
        "charge.refund.updated",
        "refund.updated",
        "refund.failed",
    ]
    with pytest.raises(stripe.InvalidRequestError):
        nz.v1.refunds.cancel(refund.id)


def test_only_metadata_of_a_refund_changes_by_hand(inside, nz):
    refund = nz.v1.refunds.create({"charge": inside.pay().id, "metadata": {"a": "1", "b": "2"}})
    changed = nz.v1.refunds.update(refund.id, {"metadata": {"a": "", "c": "3"}})
    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}
    assert inside.take_webhooks()[-1].event["data"]["previous_attributes"] == {
        "metadata": {"a": "1", "b": "2"}
    }


def test_no_more_than_was_paid_is_ever_refunded(inside, nz):
    charge = inside.pay()
    nz.v1.refunds.create({"charge": charge.id, "amount": 3000})
    with pytest.raises(stripe.InvalidRequestError):
        nz.v1.refunds.create({"charge": charge.id, "amount": 2001})
    nz.v1.refunds.create({"charge": charge.id})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        nz.v1.refunds.create({"charge": charge.id})
    assert refused.value.code == "charge_already_refunded"
    assert nz.v1.charges.retrieve(charge.id).refunded is True
