"""Events can be lost in part, outdated, or of another time; lists and expansion end somewhere."""

import pytest
import stripe

from fund.sandbox.stripe_twin.config import API_VERSION, OLD_API_VERSION

from .fixtures import NZ_KEY, order
from .inprocess import types

DAY = 86_400


def test_events_of_some_types_are_lost_and_still_listed(inside):
    inside.control("switches", drop_share=100, drop_types="charge.*,payment_intent.created")
    inside.pay()
    assert types(inside.take_webhooks()) == [
        "product.created",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    assert len(inside.client(NZ_KEY).v1.events.list({"type": "charge.*"}).data) == 1


def test_a_share_of_the_events_is_lost(inside):
    inside.control("switches", drop_share=50)
    api = inside.client(NZ_KEY)
    for number in range(100):
        api.v1.customers.create({"name": str(number)})
    # Fewer than one in a thousand million runs is outside.
    assert 15 < len(inside.take_webhooks()) < 85


def test_a_snapshot_can_be_older_than_what_it_tells_of(inside):
    api, charge = inside.client(NZ_KEY), inside.pay()
    inside.control("switches", snapshots_behind=1)
    inside.take_webhooks()
    refund = api.v1.refunds.create({"charge": charge.id})
    inside.control("refund_fail", refund=refund.id)
    seen = {taken.event["type"]: taken.event["data"]["object"] for taken in inside.take_webhooks()}
    assert seen["charge.refunded"]["amount_refunded"] == 0
    assert seen["refund.failed"]["status"] == "succeeded"
    assert api.v1.refunds.retrieve(refund.id).status == "failed"


def test_an_event_can_bear_an_older_version(inside):
    inside.control("switches", old_api_version=True)
    api = inside.client(NZ_KEY)
    api.v1.customers.create({"name": "A"})
    inside.control("switches", old_api_version=False)
    api.v1.customers.create({"name": "B"})
    versions = [event.api_version for event in api.v1.events.list().data]
    assert versions == [API_VERSION, OLD_API_VERSION]


def test_events_are_kept_for_thirty_days(inside):
    api = inside.client(NZ_KEY)
    api.v1.customers.create({"name": "A"})
    (event,) = api.v1.events.list().data
    inside.sleep(30 * DAY)
    assert [kept.id for kept in api.v1.events.list({"created": {"gte": 1}}).data] == [event.id]
    inside.sleep(1)
    assert api.v1.events.list().data == []
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.events.retrieve(event.id)


def test_expansion_ends_at_the_fourth_level(inside):
    api = inside.client(NZ_KEY)
    inside.pay()
    fourth = "data.payment_intent.latest_charge.balance_transaction"
    (session,) = api.v1.checkout.sessions.list({"expand": [fourth]}).data
    assert session.payment_intent.latest_charge.balance_transaction.net > 0
    with pytest.raises(stripe.InvalidRequestError, match="more than 4 levels"):
        api.v1.checkout.sessions.list({"expand": [f"{fourth}.source"]})


def test_lists_are_cut_by_what_they_concern(inside):
    api = inside.client(NZ_KEY)
    first, second = inside.pay(), inside.pay()
    for charge in (first, second):
        inside.control("dispute", charge=charge.id, inquiry=True)
        inside.control("warn", charge=charge.id)
        api.v1.refunds.create({"charge": charge.id, "amount": 100})
    for listing in (api.v1.disputes, api.v1.refunds, api.v1.radar.early_fraud_warnings):
        by_charge = listing.list({"charge": first.id}).data
        by_intent = listing.list({"payment_intent": second.payment_intent}).data
        assert [found.charge for found in by_charge] == [first.id]
        assert [found.charge for found in by_intent] == [second.id]
        assert listing.list({"created": {"gt": int(inside.time)}}).data == []
    assert [c.id for c in api.v1.charges.list({"payment_intent": first.payment_intent}).data] == [
        first.id
    ]
    open_ = api.v1.checkout.sessions.create(order())
    assert [s.id for s in api.v1.checkout.sessions.list({"status": "open"}).data] == [open_.id]
