"""How a life is told to the service: in order or not, once or often, with gaps and with crashes."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import stripe
from sqlalchemy import Connection, event, select

from fund.db import reading, transaction
from fund.settlement import operations
from fund.settlement.models import BalanceTransaction, InboxEvent
from fund.settlement.operations.inbox import find_desk, receive
from tests.sandbox.stripe_twin.fixtures import Taken
from tests.sandbox.stripe_twin.inprocess import TwinInside
from tests.settlement.histories.lives import Fate

HOUR = 3600
UNDOING = ("SAVEPOINT", "RELEASE", "ROLLBACK")


class Crash(Exception):
    """The worker is gone: from here on no statement and no call is made, whoever tries."""


class Service:
    """The service as the twin's time sees it; it may be ahead of the twin's, where nothing new
    happens and only what is late is caught up with."""

    def __init__(
        self, connection: Connection, twin: TwinInside, jobs: Callable[["Service"], None]
    ) -> None:
        self.connection, self.twin, self.jobs = connection, twin, jobs
        self.ahead = 0

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.twin.time + self.ahead, UTC)

    def hear(self, taken: Taken) -> None:
        """A webhook is written down."""
        with transaction() as session:
            desk = find_desk(session, "nz", now=self.now)
            receive(session, desk, json.loads(taken.body), taken.body, now=self.now)

    def work(self) -> None:
        """One round of everything that a worker does."""
        operations.work_off(now=self.now)
        operations.ask_stripe(now=self.now)
        operations.pull_woken(now=self.now)
        self.jobs(self)

    def work_under(self, fate: Fate) -> None:
        """The same, but something goes wrong, if it comes so far."""
        with suppress(Crash), _struck(self.connection, self.twin, fate):
            self.work()

    def catch_up(self) -> None:
        """The final sweep, and all that it leads to; a line that came late is found at night."""
        self.jobs(self)
        operations.sweep("nz", now=self.now)
        look_back: timedelta | None = timedelta(days=90)
        # What failed is tried again within the hour; after four days all that was pending is
        # available.
        for hours in (1, 2, 4, 8, 16, 30, 100, 101):
            self.ahead = hours * HOUR
            if hours == 1 or hours == 100 or self._is_waiting():
                self._round(look_back)
                look_back = None
        self.ahead = 0

    def _round(self, look_back: timedelta | None) -> None:
        operations.work_off(now=self.now)
        operations.ask_stripe(now=self.now)
        operations.pull_feed("nz", now=self.now, look_back=look_back)

    @staticmethod
    def _is_waiting() -> bool:
        line = BalanceTransaction
        events = select(InboxEvent.id).where(InboxEvent.state.not_in(["done", "ignored"]))
        lines = select(line.id).where(line.state.not_in(["posted", "memo"]) | line.is_return_due)
        with reading() as session:
            return any(session.scalar(query.limit(1)) for query in (events, lines))


@contextmanager
def _struck(connection: Connection, twin: TwinInside, fate: Fate) -> Iterator[None]:
    left, is_dead = fate.at, False

    def end() -> None:
        nonlocal is_dead
        is_dead = True
        raise Crash

    def statement(_connection: object, _cursor: object, said: str, *_: object) -> None:
        nonlocal left
        if said.startswith(UNDOING):
            return
        if is_dead:
            raise Crash
        if fate.kind == "crash":
            left -= 1
            if left < 0:
                end()

    def call(is_done: bool) -> None:
        nonlocal left
        if is_dead:
            raise Crash
        if fate.kind != "crash" and is_done == fate.is_done:
            left -= 1
            if left == -1:
                if fate.kind == "death":
                    end()
                raise stripe.APIConnectionError("the line broke")

    event.listen(connection, "before_cursor_execute", statement)
    twin.http.weather = call
    try:
        yield
    finally:
        event.remove(connection, "before_cursor_execute", statement)
        twin.http.weather = None


class Mouth:
    """Which webhooks come, when, and how often."""

    def __init__(self, service: Service, seed: int) -> None:
        self.service = service
        self.random = random.Random(seed)
        self.waiting: list[Any] = []

    def say_something(self) -> None:
        """Some of what there is to say, in any order; some of it never, some of it twice."""
        self.waiting += self.service.twin.take_webhooks()
        self.random.shuffle(self.waiting)
        for _ in range(self.random.randrange(len(self.waiting) + 1)):
            taken = self.waiting.pop()
            chance = self.random.random()
            if chance < 0.2:
                continue
            self.service.hear(taken)
            if chance > 0.7:
                self.waiting.append(taken)
