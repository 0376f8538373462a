"""The stage of the demo world: who acts, and an agenda that plays three years in their order.

Everything is done by the rooms' own operations, by the person whose duty it is, at a moment of the
past. What is planned for later than now has not happened yet: so the present is full of things
that wait.
"""

import heapq
from calendar import monthrange
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from uuid import UUID

from sqlalchemy.orm import Session

from fund.clock import BANGKOK, bangkok_day
from fund.db import transaction
from fund.people.queries import get_staff
from fund.permissions import Actor
from fund.sandbox.demo.case_data import Ask, Case

Step = Callable[[datetime], None]


@dataclass
class World:
    """`staff` and `survivors` are ids by the keys that the cast and the cases use; `awards` says
    by an accepted award's id what it belongs to."""

    now: datetime
    staff: dict[str, UUID] = field(default_factory=dict)
    survivors: dict[str, UUID] = field(default_factory=dict)
    awards: dict[UUID, tuple[Case, Ask]] = field(default_factory=dict)
    _agenda: list[tuple[datetime, int, Step]] = field(default_factory=list)
    _places: Iterator[int] = field(default_factory=count)

    def ago(self, days: float, hour: int = 10) -> datetime:
        """A working hour of the day so many days before today, in Thailand."""
        return self.on(bangkok_day(self.now) - timedelta(days=int(days)), hour)

    def on(self, day: date, hour: int = 10) -> datetime:
        """A working hour of `day` in Thailand."""
        return datetime.combine(day, time(hour, 7), BANGKOK)

    def month_ends(self, start: datetime) -> list[date]:
        """The last days of the months from the one of `start` to this one."""
        day, ends = bangkok_day(start).replace(day=1), []
        while day <= bangkok_day(self.now):
            ends.append(day.replace(day=monthrange(day.year, day.month)[1]))
            day = ends[-1] + timedelta(days=1)
        return ends

    def plan(self, at: datetime, step: Step) -> None:
        """Let `step` happen at that moment; it may plan others."""
        heapq.heappush(self._agenda, (at, next(self._places), step))

    def play(self) -> None:
        """Do what was planned up to now, in the order of time."""
        while self._agenda:
            at, _, step = heapq.heappop(self._agenda)
            if at <= self.now:
                step(at)

    @contextmanager
    def acting(self, who: str, at: datetime) -> Iterator[tuple[Session, Actor]]:
        """One transaction in which the person `who` acts with the seats held at that moment."""
        with transaction() as session:
            yield session, get_staff(session, self.staff[who]).actor_at(at)

    def actor(self, who: str, at: datetime) -> Actor:
        """The person `who` with the seats held at that moment."""
        with self.acting(who, at) as (_, actor):
            return actor
