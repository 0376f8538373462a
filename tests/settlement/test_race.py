"""What asks, answers late and runs at once: real commits, real threads, a twin that holds on."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import requests
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund import clock, db
from fund.gateways import stripe
from fund.gateways.stripe.client import call
from fund.giving.models import Gift, Receipt
from fund.settlement import operations
from fund.settlement.models import InboxEvent
from fund.settlement.operations import handlers
from fund.settlement.operations.handlers import Handler
from tests.giving.factories import make_giving_world
from tests.sandbox.stripe_twin.fixtures import Receiver, Twin, wait_until
from tests.settlement.factories import (
    CHARGED,
    PAID,
    deliver,
    event,
    pay_at_stripe,
    send,
    wait_for_all,
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
        wait_until(lambda: _held(stripe_up) == 1)
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


def test_a_hundred_deliveries_of_each_event_at_once_have_one_effect(
    app, real, stripe_up, receiver: Receiver
):
    for _ in range(4):
        pay_at_stripe(real, stripe_up)
    taken = wait_for_all(stripe_up, receiver)[:20]
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            operations.work_off(now=clock.now())

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    with ThreadPoolExecutor(16) as pool:
        statuses = pool.map(lambda one: deliver(app.test_client(), [one])[0], taken * 100)
        answers = list(statuses)
    wait_until(lambda: _due(real) == 0)
    done.set()
    for worker in workers:
        worker.join()
    assert len(answers) == 100 * len(taken)
    assert set(answers) == {200}
    assert real.scalar(select(func.count(InboxEvent.id))) == len(taken)
    paid = real.scalar(select(func.count(Gift.id)).where(Gift.state == "paid"))
    assert real.scalar(select(func.count(Receipt.id))) == paid
    numbers = real.scalars(select(Receipt.number).order_by(Receipt.number)).all()
    assert numbers == list(range(1, paid + 1))
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    assert real.connection().exec_driver_sql(deadlocks).scalar() == 0


def _held(twin: Twin) -> int:
    return int(requests.get(f"{twin.base_url}/_twin/held", timeout=5).json()["held"])


def _due(session: Session) -> int:
    session.rollback()
    due = select(func.count(InboxEvent.id)).where(
        InboxEvent.state.in_(["waiting", "failed"]), InboxEvent.due_at <= clock.now()
    )
    return session.scalar(due) or 0


def test_while_stripe_hangs_the_rest_goes_on(app, real, stripe_up, receiver, monkeypatch):
    waiting = pay_at_stripe(real, stripe_up)
    taken = wait_for_all(stripe_up, receiver)
    asked = [one for one in taken if one.event["type"] == PAID]
    charged = [one for one in taken if one.event["type"] == CHARGED]
    client = app.test_client()
    deliver(client, asked)
    operations.work_off(now=clock.now() + timedelta(seconds=31))
    monkeypatch.setattr(stripe.client, "TIMEOUT_SECONDS", 4)
    settings = app.config["SETTINGS"]
    stripe.init(settings.stripe, stripe_up.base_url, settings.base_url)
    stripe_up.control("switches", hang=30)
    later = clock.now() + timedelta(seconds=31)
    asking = threading.Thread(target=lambda: operations.ask_stripe(now=later))
    asking.start()
    times, idle = [], []
    while asking.is_alive():
        began = time.monotonic()
        assert send(client, event(id=f"evt_{len(times)}")) == 200
        times.append(time.monotonic() - began)
        idle.append(real.connection().exec_driver_sql(_IDLE).scalar())
        real.rollback()
        if len(times) == 5:  # what needs no call is done meanwhile
            deliver(client, charged)
            operations.work_off(now=clock.now())
            real.refresh(waiting)
            assert waiting.state == "paid"
            assert client.get("/give").status_code == 200
    asking.join()
    assert len(times) > 50
    assert sorted(times)[len(times) // 2] < 0.05
    assert max(idle) < 1


# The longest that a connection to this database rests inside a transaction, in seconds.
_IDLE = """
    SELECT coalesce(max(extract(epoch FROM clock_timestamp() - state_change)), 0)::float
    FROM pg_stat_activity
    WHERE datname = current_database() AND state LIKE 'idle in transaction%%'
        AND pid <> pg_backend_pid()
"""
