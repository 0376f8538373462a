"""What the webhook takes and what it turns away."""

import json
import time
from dataclasses import replace

import pytest
import stripe
from prometheus_client import REGISTRY
from sqlalchemy import func, select

from fund import clock
from fund.giving.models import Donor
from fund.sandbox.stripe_twin.config import from_environment
from fund.sandbox.stripe_twin.delivery import signed
from fund.settlement import operations
from fund.settlement.models import InboxEvent
from tests.giving.factories import start_gift
from tests.sandbox.stripe_twin.fixtures import NZ_SECRET, US_SECRET
from tests.settlement.factories import drain, event, send

pytestmark = pytest.mark.usefixtures("world")


def stored(session) -> int:
    return session.scalar(select(func.count(InboxEvent.id)))


def refused(reason: str) -> float:
    return REGISTRY.get_sample_value("fund_webhooks_refused_total", {"reason": reason}) or 0


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("bad_signature", {"secret": US_SECRET}),
        ("stale", {"age": 301}),
        ("stale", {"age": -301}),
        ("unknown_office", {"office": "atlantis"}),
        ("other_mode", {"body": event(livemode=True)}),
        ("no_event", {"body": event(object="charge")}),
        ("no_event", {"body": b"[]"}),
        ("not_json", {"body": b"not json"}),
        ("no_event", {"body": event(data={})}),
        ("no_event", {"body": event(created="now")}),
        ("too_large", {"body": b"{" + b" " * 1024 * 1024 + b"}"}),
    ],
)
def test_what_is_not_stripes_is_turned_away_and_only_counted(client, session, reason, changes):
    before = refused(reason)
    assert send(client, **({"body": event()} | changes)) == 400
    assert stored(session) == 0
    assert refused(reason) == before + 1


@pytest.mark.parametrize("header", [None, "", "t=1", "v1=00", "t=x,v1=00", "t=1,v1=é", "nonsense"])
def test_an_unsigned_webhook_is_turned_away(client, session, header):
    headers = {} if header is None else {"Stripe-Signature": header}
    assert client.post("/webhooks/stripe/nz", json=event(), headers=headers).status_code == 400
    assert stored(session) == 0


def test_a_body_changed_on_the_way_is_turned_away(client, session):
    body = json.dumps(event())
    signature = stripe.WebhookSignature.generate_signature_header(
        body, "whsec_practice_nz", timestamp=int(time.time())
    )
    answer = client.post(
        "/webhooks/stripe/nz",
        data=body.replace("mere@", "more@"),
        headers={"Stripe-Signature": signature},
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("age", [299, -299])
def test_five_minutes_either_way_are_let_pass(client, age):
    assert send(client, event(), age=age) == 200


def test_an_unknown_type_is_kept_and_answered(client, session):
    assert send(client, event("made.up_by_stripe", data={"object": {"object": "thing"}})) == 200
    kept = session.scalars(select(InboxEvent)).one()
    assert (kept.type, kept.object_id, kept.state) == ("made.up_by_stripe", "", "waiting")


def test_a_repeated_event_is_answered_and_kept_once(client, session):
    assert [send(client, event()) for _ in range(3)] == [200, 200, 200]
    assert stored(session) == 1


def test_a_payload_is_sealed_under_its_donors_key(client, session):
    gift = start_gift(session)
    thing = {"id": "cs_1", "email": "mere@example.org", "metadata": {"gift_id": str(gift.id)}}
    send(client, event(id="evt_donor", data={"object": thing}))
    send(client, event(id="evt_nobody"))
    drain()
    kept = {row.event_id: row for row in session.scalars(select(InboxEvent))}
    assert kept["evt_donor"].key_id == session.get(Donor, gift.donor_id).key_id
    payload = operations.opening.take(session, [kept["evt_donor"].id], ["ignored"], now=clock.now())
    assert payload[0][1].snapshot == thing
    assert b"mere@" not in kept["evt_donor"].sealed_payload
    assert kept["evt_donor"].key_id != kept["evt_nobody"].key_id


def test_only_a_webhook_is_answered_before_flask(client):
    assert client.post("/webhooks/stripe/nz").status_code == 400
    assert client.get("/webhooks/stripe/nz").status_code == 404
    assert client.post("/webhooks/stripes/nz").status_code == 404


def test_intake_is_one_statement(client, count_statements):
    send(client, event())
    with count_statements() as seen:
        assert send(client, event(id="evt_2")) == 200
    assert [statement.split()[0] for statement in seen] == ["INSERT"]


@pytest.mark.parametrize("ours", ["webhook_secret", "old_webhook_secret"])
def test_while_stripe_rolls_the_secret_the_old_and_the_new_one_are_taken(client, session, ours):
    secrets = {"webhook_secret": "whsec_other", "old_webhook_secret": "whsec_other"}
    (account, *_) = from_environment({}).accounts
    rolling = replace(account, **secrets | {ours: NZ_SECRET})
    body, headers = signed(rolling, event(), time.time())
    assert headers["Stripe-Signature"].count("v1=") == 2
    answer = client.post("/webhooks/stripe/nz", data=body, headers=headers)
    assert (answer.status_code, stored(session)) == (200, 1)
