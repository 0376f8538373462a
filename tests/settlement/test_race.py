"""Who asks and has the answer late: real commits, real threads, a twin that holds on."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import requests
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import clock, db
from fund.gateways import stripe
from fund.gateways.stripe.client import call
from fund.giving.models import Gift
from fund.settlement import operations
from fund.settlement.models import InboxEvent
from fund.settlement.operations import handlers
from fund.settlement.operations.handlers import Handler
from tests.giving.factories import make_giving_world
from tests.sandbox.stripe_twin.fixtures import Twin, wait_until
from tests.settlement.factories import (
    event,
    pay_at_stripe,
    send,
)


@pytest.fixture
def real(app: Flask, fresh_url: str, stripe_up: Twin) -> Iterator[Session]:
    """A session on a database where commits are real, with offices, funds and the twin."""
    with db.transaction() as session:
        make_giving_world(session)
    engine = db.make_engine(fresh_url)
    with Session(engine, expire_on_commit=False) as session:
        yield session
    engine.dispose()


@dataclass
class Refunds:
    """What is known of refunds: whatever the last answer said, without any rule of its own."""

    states: dict[str, str] = field(default_factory=dict)

    def fetch(self, one: operations.Event) -> stripe.Doc:
        return call(one.office_code, lambda client: client.v1.refunds.retrieve(one.object_id))

    def apply(self, _session: Session, _event: operations.Event, answer: stripe.Doc, **_) -> None:
        self.states[answer["id"]] = answer["status"]


def test_an_old_answer_that_comes_late_undoes_nothing(app, real, stripe_up, monkeypatch):
    known = Refunds()
    monkeypatch.setitem(handlers.HANDLERS, "refund.", Handler(known.fetch, known.apply))
    client = app.test_client()
    for round_ in range(10):
        pay_at_stripe(real, stripe_up)
        operations.sweep("nz", now=clock.now())
        operations.work_off(now=clock.now())
        charge = real.scalars(
            select(Gift.stripe_charge_id).where(Gift.stripe_charge_id.is_not(None))
        ).all()[-1]
        refund = stripe_up.control("refund", charge=charge)["id"]
        stripe_up.control("hold", path="GET /v1/refunds/*")
        about = {"object": {"id": refund, "object": "refund"}}
        send(client, event("refund.created", id=f"evt_first_{round_}", data=about))
        operations.work_off(now=clock.now())
        first = threading.Thread(target=lambda: operations.ask_stripe(now=clock.now()))
        first.start()
        wait_until(lambda: held(stripe_up) == 1)
        stripe_up.control("refund_fail", refund=refund)
        send(client, event("refund.failed", id=f"evt_second_{round_}", data=about))
        operations.work_off(now=clock.now())
        operations.ask_stripe(now=clock.now())
        assert known.states[refund] == "failed"
        stripe_up.control("release")
        first.join(timeout=10)
        assert known.states[refund] == "failed"
    real.expire_all()
    asked = real.scalars(select(InboxEvent.state).where(InboxEvent.type.like("refund.%")))
    assert set(asked) == {"done"}


def held(twin: Twin) -> int:
    return int(requests.get(f"{twin.base_url}/_twin/held", timeout=5).json()["held"])
