"""How a life is told to the service: in order or not, once or often, with gaps and with crashes."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection, event

from fund.db import transaction
from fund.settlement import operations
from fund.settlement.operations.inbox import find_desk, receive
from tests.sandbox.stripe_twin.fixtures import Taken
from tests.sandbox.stripe_twin.inprocess import TwinInside


class Crash(Exception):
    """The worker is gone: from one statement on none is done any more, whoever tries."""


class Service:
    """The service as the twin's time sees it."""

    def __init__(self, connection: Connection, twin: TwinInside) -> None:
        self.connection, self.twin = connection, twin
        self.crashes = 0

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.twin.time, UTC)

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

    def work_until(self, statements: int) -> None:
        """The same, but the worker ends at this statement, if it comes so far."""
        try:
            with self._crashing_at(statements):
                self.work()
        except Crash:
            self.crashes += 1

    def catch_up(self) -> None:
        """The final sweep, and all that it leads to."""
        operations.sweep("nz", now=self.now)
        for _ in range(6):
            operations.work_off(now=self.now)
            operations.ask_stripe(now=self.now)
            operations.pull_feed("nz", now=self.now)
            self.twin.sleep(2 * 3600)

    @contextmanager
    def _crashing_at(self, statements: int) -> Iterator[None]:
        left = statements

        def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            nonlocal left
            if statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                return
            left -= 1
            if left < 0:
                raise Crash

        event.listen(self.connection, "before_cursor_execute", count)
        try:
            yield
        finally:
            event.remove(self.connection, "before_cursor_execute", count)


class Mouth:
    """Which webhooks come, when, and how often."""

    def __init__(self, service: Service, seed: int) -> None:
        self.service = service
        self.random = random.Random(seed)
        self.waiting: list[Taken] = []

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
