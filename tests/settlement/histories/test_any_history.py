"""Whatever happens to gifts, and however we hear of it, the books end the same.

A life is lived once. It is told as it goes, in any order, with repeats and gaps, by workers that
end at any statement; then the database is set back, and all of it is told at the end, in order and
once. FUND_LONG=1 lives ten thousand of them.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import stripe as stripe_library
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from fund.db import reading
from fund.gateways.stripe import client as stripe_client
from fund.giving import checkout
from tests.giving.factories import start_gift
from tests.sandbox.stripe_twin.fixtures import NZ_KEY
from tests.sandbox.stripe_twin.inprocess import BASE_URL, TwinInside
from tests.settlement.histories.lives import Gift, Life, World, lives
from tests.settlement.histories.normal import normal_form
from tests.settlement.histories.telling import Mouth, Service

EXAMPLES = 10_000 if os.environ.get("FUND_LONG") else 30


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(life=lives)
def test_any_history_ends_in_the_same_books(app, connection, world, monkeypatch, life):
    twin = TwinInside()
    try:
        monkeypatch.setitem(stripe_client._clients, "nz", _speaking_to(twin))
        told_anyhow, told_in_order = _tell_twice(connection, twin, life)
        assert told_anyhow == told_in_order
        assert told_in_order["to_do"] == []
        assert all(line[1] in ("posted", "memo") for line in told_in_order["lines"])
    finally:
        twin.close()


def _tell_twice(
    connection: Connection, twin: TwinInside, life: Life
) -> tuple[dict[str, Any], dict[str, Any]]:
    service = Service(connection, twin)
    with _undone(connection):
        sessions = [_begin(connection, gift, service) for gift in life.gifts]
        twin.take_webhooks()  # what was made so far needs no hearing
        with _undone(connection):
            _live(service, life, sessions)
            service.catch_up()
            told_anyhow = _look()
        service.catch_up()
        return told_anyhow, _look()


@contextmanager
def _undone(connection: Connection) -> Iterator[None]:
    """Whatever the block writes, the database is as before after it."""
    savepoint = connection.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()


def _live(service: Service, life: Life, sessions: list[str]) -> None:
    world, mouth = World(service.twin), Mouth(service, life.seed)
    crashes = list(life.crashes)
    for gift, session_id in zip(life.gifts, sessions, strict=True):
        service.twin.control("pay", session_id=session_id, card=gift.card)
        service.twin.sleep(1)
    for act in life.acts:
        mouth.say_something()
        service.work_until(crashes.pop() if crashes else 10_000)
        world.do(act)
    mouth.say_something()
    service.work()
    service.twin.sleep(20 * 86_400)  # all that is under way comes to its end


def _begin(connection: Connection, gift: Gift, service: Service) -> str:
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        made = start_gift(session, gift.amount, fund=gift.fund, now=service.now)
        gift_id = made.id
    address = checkout.open_checkout(gift_id, now=service.now)
    assert address is not None
    return address.rpartition("/")[2]


def _look() -> dict[str, Any]:
    with reading() as session:
        return normal_form(session)


def _speaking_to(twin: TwinInside) -> stripe_library.StripeClient:
    return stripe_library.StripeClient(
        NZ_KEY,
        stripe_version=stripe_client.API_VERSION,
        max_network_retries=0,
        http_client=twin.http,
        base_addresses={"api": BASE_URL},
    )


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """What fails on the way is part of the story."""
    caplog.set_level("ERROR")
