"""Donors and card testers before the give page, at the pace and with the delays that a test says.

The service and the twin are the real ones, in this process; time moves when the street says so.
"""

import json
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from uuid import UUID

import altcha
import time_machine
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fund import clock
from fund.ids import new_id
from tests.giving.factories import give_form
from tests.sandbox.stripe_twin.fixtures import NZ_KEY, Taken
from tests.sandbox.stripe_twin.inprocess import TwinInside

DECLINED = "4000000000000002"
CHALLENGE = re.compile(r"data-challenge='([^']+)'")


@dataclass
class Street:
    """`delay`: seconds from a card's refusal to Stripe's word of it."""

    client: FlaskClient
    twin: TwinInside
    traveller: time_machine.Traveller
    run_jobs: Callable[[], int]
    delay: float = 0.2
    waiting: deque[tuple[float, Taken]] = field(default_factory=deque)

    def move(self, seconds: float) -> None:
        """Time passes; what Stripe has to say arrives meanwhile, and the worker does its jobs."""
        self._listen()
        until = clock.now().timestamp() + seconds
        while self.waiting and self.waiting[0][0] <= until:
            due, hook = self.waiting.popleft()
            self._move_to(due)
            self.hear(hook)
            self.run_jobs()
            self._listen()
        self._move_to(until)
        self.run_jobs()

    def _listen(self) -> None:
        due = clock.now().timestamp() + self.delay
        self.waiting += [(due, hook) for hook in self.twin.take_webhooks()]

    def _move_to(self, moment: float) -> None:
        self.traveller.move_to(max(moment, clock.now().timestamp()))
        self.twin.time = clock.now().timestamp()

    def hear(self, hook: Taken) -> None:
        answer = self.client.post(
            hook.path,
            data=hook.body,
            headers={"Stripe-Signature": hook.signature, "Content-Type": "application/json"},
        )
        assert answer.status_code == 200, answer.status

    def begin(self, address: str = "203.0.113.7", **changes: str) -> str:
        """Send the give page from this address; where it leads."""
        answer = self.client.post(
            "/give", data=give_form(**changes), environ_base={"REMOTE_ADDR": address}
        )
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def look(self, way: str, address: str = "203.0.113.7") -> TestResponse:
        return self.client.get(way, environ_base={"REMOTE_ADDR": address})

    def wait(self, way: str, address: str = "203.0.113.7") -> TestResponse:
        """Stay on the page that goes on by itself, until it has gone on."""
        answer = self.look(way, address)
        while answer.status_code == 503:
            self.move(float(answer.headers["Retry-After"]))
            answer = self.look(way, address)
        return answer

    def send(self, way: str, address: str = "203.0.113.7", **fields: str) -> TestResponse:
        return self.client.post(
            way, data={"nonce": str(new_id()), **fields}, environ_base={"REMOTE_ADDR": address}
        )

    def solve(self, way: str, address: str = "203.0.113.7") -> TestResponse:
        """What the page's script does with its challenge."""
        found = CHALLENGE.search(self.look(way, address).text)
        assert found is not None
        challenge = altcha.Challenge.from_dict(json.loads(unescape(found[1])))
        solution = altcha.solve_challenge(challenge)
        assert solution is not None
        return self.send(way, address, proof=altcha.Payload(challenge, solution).to_base64())

    def try_card(self, page: str, card: str = DECLINED) -> None:
        """Type a card on Stripe's page."""
        self.twin.control("pay", session_id=page.rpartition("/")[2], card=card)
        self._listen()

    def refused(self) -> int:
        """How many cards were refused at Stripe."""
        charges = self.twin.client(NZ_KEY).v1.charges.list({"limit": 100}).data
        return sum(charge.status == "failed" for charge in charges)


def is_stripes(answer: TestResponse) -> bool:
    """Whether it leads to Stripe's own page."""
    return answer.status_code == 303 and "/c/pay/" in answer.headers["Location"]


def gift_of(way: str) -> UUID:
    return UUID(way.rpartition("/")[2])


def stranger(number: int) -> tuple[str, str]:
    """The internet and mail address of somebody who never came before."""
    return f"198.18.{number % 250}.{number // 250}", f"t{number}@example.net"
