"""Where lives are lived, told, and looked at."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
import stripe as stripe_library
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from fund.db import reading
from fund.errors import Unavailable
from fund.gateways.stripe import client as stripe_client
from fund.giving import checkout, plans
from fund.giving.plans.checkout import make_product
from fund.permissions import Actor
from tests.giving.factories import GivingWorld, start_gift, start_plan
from tests.sandbox.stripe_twin.fixtures import NZ_KEY
from tests.sandbox.stripe_twin.inprocess import BASE_URL, TwinInside
from tests.settlement.histories.lives import Fate, Life
from tests.settlement.histories.normal import normal_form
from tests.settlement.histories.our_side import OurSide, do_jobs
from tests.settlement.histories.stripes_side import DAY, StripesSide
from tests.settlement.histories.telling import Mouth, Service
from tests.settlement.histories.truth import list_differences

WORKS = Fate("crash", 1_000_000, True)  # nothing goes wrong

Two = tuple[Actor, Actor]


class Place:
    """Where lives are lived, one after the other."""

    def __init__(
        self, connection: Connection, twin: TwinInside, world: GivingWorld, two: Two
    ) -> None:
        self.connection, self.twin, self.world, self.two = connection, twin, world, two

    def check(self, life: Life) -> None:
        """However it is told, it comes to the same, and to what Stripe says."""
        self.twin.start_anew()
        service = Service(self.connection, self.twin, do_jobs)
        with _undone(self.connection):
            self.twin.control("switches", **dict(life.switches))
            sessions = self._begin(life, service)
            self.twin.take_webhooks()  # what was made so far needs no hearing
            with _undone(self.connection):
                self._live(service, life, sessions)
                service.catch_up()
                told_anyhow, wrong = self._look()
            assert wrong == []
            assert told_anyhow["to_do"] == []
            assert all(line[1] in ("posted", "memo") for line in told_anyhow["lines"])
            service.catch_up()
            told_in_order, _ = self._look()
        differing = _only_in(told_anyhow, told_in_order), _only_in(told_in_order, told_anyhow)
        assert differing == ({}, {}), differing

    def _begin(self, life: Life, service: Service) -> list[str]:
        for code in ("general", "education"):
            make_product(self.world.abroad, self.world.funds[code])
        return [*self._begin_gifts(life, service), *self._begin_plans(life, service)]

    def _begin_gifts(self, life: Life, service: Service) -> Iterator[str]:
        for gift in life.gifts:
            with self._session() as session:
                made = start_gift(session, gift.amount, fund=gift.fund, now=service.now)
                gift_id = made.id
            yield _page(service, checkout.open_checkout, gift_id)

    def _begin_plans(self, life: Life, service: Service) -> Iterator[str]:
        for plan in life.plans:
            with self._session() as session:
                made = start_plan(
                    session, plan.amount, fund=plan.fund, every=plan.every, now=service.now
                )
                plan_id = made.id
            yield _page(service, plans.open_checkout, plan_id)

    def _live(self, service: Service, life: Life, sessions: list[str]) -> None:
        there, here = StripesSide(self.twin, life), OurSide(service, self.two)
        mouth, fates = Mouth(service, life.seed), list(life.fates)
        cards = [gift.card for gift in life.gifts] + ["4242424242424242"] * len(life.plans)
        for card, session_id in zip(cards, sessions, strict=True):
            self.twin.control("pay", session_id=session_id, card=card)
            self.twin.sleep(1)
        for act in life.acts:
            mouth.say_something()
            service.work_under(fates.pop() if fates else WORKS)
            there.do(act)
            here.do(act)
        mouth.say_something()
        service.work()
        self.twin.sleep(life.last_days * DAY)  # what is under way comes to its end, or not yet
        here.hear_old_answers()

    def _look(self) -> tuple[dict[str, Any], list[str]]:
        with reading() as session:
            return normal_form(session), list_differences(session, self.twin)

    def _session(self) -> Session:
        return Session(self.connection, join_transaction_mode="create_savepoint")


def _only_in(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """What is not said by the other, too: a failure shows nothing else."""
    differing = {}
    for name, told in one.items():
        both = other[name]
        if isinstance(told, dict):
            told, both = sorted(told.items(), key=str), sorted(both.items(), key=str)
        if told != both:
            differing[name] = [fact for fact in told if fact not in both]
    return differing


@contextmanager
def _undone(connection: Connection) -> Iterator[None]:
    """Whatever the block writes, the database is as before after it."""
    savepoint = connection.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()


def _page(service: Service, open_page: Any, id_: UUID) -> str:
    """The donor is led to Stripe's page, though the line breaks at the first try."""

    def breaks(is_done: bool) -> None:
        if is_done:
            service.twin.http.weather = None
            raise stripe_library.APIConnectionError("the line broke")

    service.twin.http.weather = breaks
    with pytest.raises(Unavailable):
        open_page(id_, now=service.now)
    address = open_page(id_, now=service.now)
    assert address is not None
    return str(address.rpartition("/")[2])


def speaking_to(twin: TwinInside) -> stripe_library.StripeClient:
    return stripe_library.StripeClient(
        NZ_KEY,
        stripe_version=stripe_client.API_VERSION,
        max_network_retries=0,
        http_client=twin.http,
        base_addresses={"api": BASE_URL},
    )
