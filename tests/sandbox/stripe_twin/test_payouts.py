"""Payouts of every kind, and the lines of the balance that no donor causes."""

import pytest
import stripe

from .fixtures import NZ_KEY
from .inprocess import types

DAY = 86_400
TH_KEY = "sk_test_practice_th"


@pytest.fixture
def nz(inside):
    """The New Zealand account, with some money that is available."""
    inside.pay(amount=100_000)
    inside.sleep(2 * DAY)
    inside.take_webhooks()
    return inside.client(NZ_KEY)


def _available(api):
    return api.v1.balance.retrieve().available[0].amount


def test_one_by_hand_can_be_stopped_until_the_bank_has_it(inside, nz):
    before = _available(nz)
    payout = nz.v1.payouts.create({"amount": 40_000, "currency": "nzd", "metadata": {"for": "x"}})
    assert (payout.status, payout.automatic) == ("pending", False)
    assert payout.reconciliation_status == "not_applicable"
    assert _available(nz) == before - 40_000
    assert nz.v1.payouts.cancel(payout.id).status == "canceled"
    assert _available(nz) == before
    lines = nz.v1.balance_transactions.list({"source": payout.id}).data
    assert [(line.type, line.reporting_category) for line in lines] == [
        ("payout_cancel", "payout_reversal"),
        ("payout", "payout"),
    ]
    second = nz.v1.payouts.create({"amount": 40_000, "currency": "nzd"})
    inside.control("payout_move", payout=second.id, to="send")
    with pytest.raises(stripe.InvalidRequestError):
        nz.v1.payouts.cancel(second.id)
    inside.control("arrive", payout=second.id)
    assert types(inside.take_webhooks()) == [
        "payout.created",
        "payout.canceled",
        "payout.created",
        "payout.updated",
        "payout.updated",
        "payout.paid",
    ]
    assert nz.v1.balance_transactions.list({"payout": second.id}).data == []


def test_no_more_than_is_available_is_paid_out(nz):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        nz.v1.payouts.create({"amount": _available(nz) + 1, "currency": "nzd"})
    assert refused.value.code == "balance_insufficient"


def test_an_instant_one_costs_a_fee_on_its_own_line(nz):
    payout = nz.v1.payouts.create(
        {
            "amount": 10_000,
            "currency": "nzd",
            "method": "instant",
            "expand": ["balance_transaction"],
        }
    )
    line = payout.balance_transaction
    assert (payout.status, line.amount, line.fee, line.net) == ("in_transit", -10_000, 100, -10_100)


def test_what_it_carries_is_known_only_once_it_is_reconciled(inside, nz):
    inside.control("switches", slow_reconciliation=True)
    payout = inside.control("payout")
    assert payout["reconciliation_status"] == "in_progress"
    assert nz.v1.balance_transactions.list({"payout": payout["id"]}).data == []
    inside.sleep(1)
    assert nz.v1.payouts.retrieve(payout["id"]).reconciliation_status == "completed"
    assert (
        sum(line.net for line in nz.v1.balance_transactions.list({"payout": payout["id"]}).data)
        == 0
    )
    assert types(inside.take_webhooks())[-1] == "payout.reconciliation_completed"


def test_a_minimum_stays_and_is_there_for_the_next(inside, nz):
    before = _available(nz)
    inside.control("switches", minimum_balance=20_000)
    first = inside.control("payout")
    assert (first["amount"], _available(nz)) == (before - 20_000, 20_000)
    lines = nz.v1.balance_transactions.list({"payout": first["id"]}).data
    assert sum(line.net for line in lines) == 0
    assert "payout_minimum_balance_hold" in {line.type for line in lines}
    inside.pay(amount=50_000)
    inside.sleep(2 * DAY)
    second = inside.control("payout")
    assert _available(nz) == 20_000
    carried = nz.v1.balance_transactions.list({"payout": second["id"]}).data
    assert {line.type for line in carried} >= {
        "payout_minimum_balance_hold",
        "payout_minimum_balance_release",
    }
    assert sum(line.net for line in carried) == 0


def test_one_that_had_arrived_can_come_back_with_the_bank_s_reason(inside, nz):
    payout = inside.control("payout")
    inside.control("arrive", payout=payout["id"])
    inside.control("payout_fail", payout=payout["id"], code="no_account")
    failed = nz.v1.payouts.retrieve(payout["id"], {"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_code) == ("failed", "no_account")
    assert failed.failure_balance_transaction.reporting_category == "payout_reversal"
    assert _available(nz) == payout["amount"]


def test_the_schedule_sends_pays_and_leaves_a_manual_account_alone(inside, nz):
    inside.pay(TH_KEY, currency="thb", amount=500_000)
    inside.control("switches", automatic_payouts=True)
    by_hand = nz.v1.payouts.create({"amount": 1000, "currency": "nzd"})
    inside.sleep(DAY)
    assert nz.v1.payouts.retrieve(by_hand.id).status == "in_transit"
    for _ in range(4):
        inside.sleep(DAY)
    old = nz.v1.payouts.list({"created": {"lte": int(inside.time) - 2 * DAY}}).data
    assert [payout.status for payout in old] == ["paid"] * len(old)
    assert len(old) >= 2
    assert inside.client(TH_KEY).v1.payouts.list().data == []
    day = nz.v1.payouts.retrieve(by_hand.id).arrival_date
    listed = nz.v1.payouts.list({"arrival_date": {"gte": day, "lte": day}}).data
    assert by_hand.id in [payout.id for payout in listed]
    assert all(payout.arrival_date == day for payout in listed)


def test_lines_that_stripe_makes_by_itself_have_its_types_and_categories(inside, nz):
    made = {
        kind: inside.control("line", kind=kind, amount=amount)
        for kind, amount in [
            ("adjustment", -700),
            ("stripe_fee", -500),
            ("tax", -75),
            ("network_cost", -20),
            ("reserve", -10_000),
        ]
    }
    inside.control("line", kind="stripe_fee", amount=500, description="Fee given back")
    listed = nz.v1.balance_transactions.list({"limit": 6}).data[::-1]
    assert [(line.type, line.reporting_category, line.net) for line in listed] == [
        ("adjustment", "other_adjustment", -700),
        ("stripe_fee", "fee", -500),
        ("tax_fee", "tax", -75),
        ("stripe_fee", "network_cost", -20),
        ("reserved_funds", "risk_reserved_funds", -10_000),
        ("stripe_fee", "fee", 500),
    ]
    assert made["tax"]["id"] == listed[2].id


def test_a_line_can_appear_late_and_be_older_than_the_newest(inside, nz):
    inside.pay()
    late = inside.control("line", kind="adjustment", amount=-1, age=3600)
    newest, second, *_ = nz.v1.balance_transactions.list().data
    assert second.id == late["id"]
    assert newest.created - second.created == 3600


def test_a_top_up_comes_and_can_be_taken_back(inside, nz):
    before = _available(nz)
    topup = nz.v1.topups.create(
        {"amount": 5000, "currency": "nzd", "expand": ["balance_transaction"]}
    )
    assert topup.balance_transaction.reporting_category == "topup"
    assert _available(nz) == before + 5000
    inside.control("topup_reverse", topup=topup.id)
    assert _available(nz) == before
    assert nz.v1.topups.retrieve(topup.id).status == "reversed"
    assert nz.v1.topups.list().data[0].id == topup.id
    assert nz.v1.topups.list({"status": "succeeded"}).data == []
    lines = nz.v1.balance_transactions.list({"source": topup.id, "expand": ["data.source"]}).data
    assert [line.source.object for line in lines] == ["topup", "topup"]
    assert types(inside.take_webhooks()) == ["topup.created", "topup.succeeded", "topup.reversed"]
