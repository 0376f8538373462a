"""Webhooks arrive signed, again until taken, and as the switches say."""

import threading

import pytest
import stripe

from tests.ports import NOBODY

from .contract import check_object
from .fixtures import NZ_SECRET, US_KEY, US_SECRET, order, running_twin, wait_until

PAID = [
    "product.created",
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
]


def _pay(twin, client=None, **asked):
    session = (client or twin.client()).v1.checkout.sessions.create(order())
    return twin.control("pay", session_id=session.id, **asked)


def test_a_payment_is_told_in_order_and_signed_for_its_account(twin, receiver):
    _pay(twin)
    _pay(twin, twin.client(US_KEY), card="4242424242424242")
    receiver.wait_for("checkout.session.completed", count=2)
    of_nz = [taken for taken in receiver.taken if taken.path == "/webhooks/stripe/nz"]
    of_us = [taken for taken in receiver.taken if taken.path == "/webhooks/stripe/us"]
    assert [taken.event["type"] for taken in of_nz] == PAID
    for taken, secret in [*((t, NZ_SECRET) for t in of_nz), *((t, US_SECRET) for t in of_us)]:
        event = stripe.Webhook.construct_event(taken.body, taken.signature, secret)
        assert event.api_version == "2026-10-28.endive"
        assert event.livemode is False
        check_object(taken.event)
        check_object(taken.event["data"]["object"])
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(of_nz[0].body, of_nz[0].signature, US_SECRET)


def test_what_is_refused_comes_again(twin, receiver):
    receiver.answers[:] = [500]
    twin.client().v1.customers.create({"name": "A"})
    first, second = receiver.wait_for("customer.created", count=2)
    assert first.event["id"] == second.event["id"]
    wait_until(lambda: twin.deliveries()[0]["status"] == "delivered")
    assert twin.deliveries()[0]["attempts"] == 2


def test_a_delivery_outlives_the_process(tmp_path, receiver):
    with running_twin(tmp_path, f"http://{NOBODY}") as twin:
        customer = twin.client().v1.customers.create({"name": "A"})
        wait_until(lambda: twin.deliveries()[0]["attempts"] >= 1)
    with running_twin(tmp_path, receiver.base_url) as twin:
        assert twin.client().v1.customers.retrieve(customer.id).name == "A"
        (taken,) = receiver.wait_for("customer.created")
        assert taken.event["data"]["object"]["id"] == customer.id


def test_a_repeated_event_is_the_same_event(twin, receiver):
    twin.control("switches", duplicate=True)
    twin.client().v1.customers.create({"name": "A"})
    assert len({t.event["id"] for t in receiver.wait_for("customer.created", count=2)}) == 1


def test_events_can_come_in_the_wrong_order(twin, receiver):
    twin.control("switches", reorder=True)
    _pay(twin)
    wait_until(lambda: len(receiver.taken) == len(PAID))
    assert receiver.types() == PAID[::-1]


def test_a_lost_event_is_still_listed_and_can_be_sent_again(twin, receiver):
    twin.control("switches", drop=True)
    twin.client().v1.customers.create({"name": "A"})
    (event,) = twin.client().v1.events.list({"type": "customer.*"}).data
    assert [d["status"] for d in twin.deliveries()] == ["dropped"]
    twin.control("resend", event=event.id)
    assert receiver.wait_for("customer.created")[0].event["id"] == event.id


def test_events_go_one_after_another_over_one_connection(twin, receiver):
    _pay(twin)
    wait_until(lambda: len(receiver.taken) == len(PAID))
    assert receiver.types() == PAID
    assert len({taken.port for taken in receiver.taken}) == 1


def test_many_events_can_be_on_their_way_at_once(twin, receiver):
    receiver.meeting = threading.Barrier(len(PAID))
    twin.control("switches", deliveries_at_once=len(PAID), delay=1)
    _pay(twin)
    wait_until(lambda: {d["status"] for d in twin.deliveries()} == {"delivered"})
    assert sorted(receiver.types()) == sorted(PAID)
    assert {delivery["attempts"] for delivery in twin.deliveries()} == {1}


def test_nothing_of_an_emptied_world_is_delivered(twin, receiver):
    receiver.meeting = threading.Barrier(2)
    twin.control("switches", reorder=True)  # all of them are due in one moment
    _pay(twin)
    wait_until(lambda: len(receiver.taken) == 1)
    twin.control("reset")
    receiver.meeting.wait(timeout=5)
    receiver.meeting = None
    twin.client().v1.customers.create({"name": "A"})
    receiver.wait_for("customer.created")
    assert receiver.types()[1:] == ["customer.created"]


def test_an_event_can_be_late(twin, receiver):
    twin.control("switches", delay=3600)
    twin.client().v1.customers.create({"name": "A"})
    (delivery,) = twin.deliveries()
    assert delivery["due_at"] - delivery["created_at"] == 3600
    assert receiver.taken == []


def test_a_charge_can_be_told_before_it_is_booked(twin, receiver):
    twin.control("switches", late_balance_transaction=True)
    _pay(twin)
    (early,) = receiver.wait_for("charge.succeeded")
    assert early.event["data"]["object"]["balance_transaction"] is None
    (later,) = receiver.wait_for("charge.updated")
    assert later.event["data"]["object"]["balance_transaction"].startswith("txn_")
    assert later.event["data"]["previous_attributes"] == {"balance_transaction": None}


def test_a_refund_that_fails_is_told_and_brings_the_money_back(twin, receiver):
    charge = _pay(twin)["payment_intent"]["latest_charge"]["id"]
    refund = twin.control("refund", charge=charge, amount=2000)
    twin.control("refund_fail", refund=refund["id"])
    receiver.wait_for("refund.failed")
    assert receiver.types()[-5:] == [
        "refund.created",
        "charge.refunded",
        "charge.refund.updated",
        "refund.updated",
        "refund.failed",
    ]
    api = twin.client()
    assert api.v1.charges.retrieve(charge).amount_refunded == 0
    lines = api.v1.balance_transactions.list({"source": refund["id"]}).data
    assert sum(line.net for line in lines) == 0
