"""A twin inside the test's own process: no socket, no thread, no clock but the test's.

For tests that live through many histories: a call costs a millisecond, time passes when the
test says so, and webhooks wait in a list until the test hands them over, in any order.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import stripe

from fund.sandbox.stripe_twin.app import create_app
from fund.sandbox.stripe_twin.clockwork import Clockwork
from fund.sandbox.stripe_twin.config import from_environment
from fund.sandbox.stripe_twin.delivery import list_due, record_attempt, signed
from fund.sandbox.stripe_twin.state import Store
from fund.sandbox.stripe_twin.world import World

from .contract import check_exchange, check_object
from .fixtures import NZ_KEY, Taken, order

BASE_URL = "http://127.0.0.1:8010"
START = 1_790_000_000.0


class TwinInside:
    """The twin and its control surface, by direct calls."""

    def __init__(
        self,
        now: float = START,
        *,
        is_checked: bool = False,
        accounts: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """`is_checked`: every exchange must be what Stripe describes, which takes its time.
        `accounts` as in TWIN_ACCOUNTS, if not the usual ones."""
        self.time = now
        self.is_checked = is_checked
        told = {"TWIN_ACCOUNTS": json.dumps(list(accounts))} if accounts else {}
        self.world = World(from_environment(told), Store(None), lambda: self.time)
        self.http = InProcessClient(self)
        self._browser = create_app(self.world).test_client()
        self._clockwork = Clockwork(self.world)

    def close(self) -> None:
        self.world.store.close()

    def start_anew(self, now: float = START) -> None:
        """An empty world at its first moment: quicker than another twin."""
        self.time = now
        self.world.forget()

    def client(self, api_key: str) -> stripe.StripeClient:
        """The real library, speaking to this twin."""
        return stripe.StripeClient(
            api_key, base_addresses={"api": BASE_URL}, http_client=self.http, max_network_retries=0
        )

    def request(
        self, method: str, address: str, headers: Mapping[str, str], body: Any
    ) -> tuple[bytes, int, dict[str, str]]:
        answer = self._browser.open(
            address, method=method.upper(), headers=dict(headers), data=body, base_url=BASE_URL
        )
        return answer.data, answer.status_code, dict(answer.headers)

    def control(self, command: str, **asked: Any) -> dict[str, Any]:
        """`POST /_twin/<command>`; fails the test if the twin refuses."""
        answer = self._browser.post(f"/_twin/{command}", json=asked, base_url=BASE_URL)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.get_json()
        return body

    def pay(self, api_key: str = NZ_KEY, *, card: str = "4242424242424242", **more: Any) -> Any:
        """The charge of a new gift, as the API shows it afterwards."""
        api = self.client(api_key)
        session = api.v1.checkout.sessions.create(order(**more))
        paid = self.control("pay", session_id=session.id, card=card)
        return api.v1.charges.retrieve(paid["payment_intent"]["latest_charge"]["id"])

    def sleep(self, seconds: float) -> None:
        """Time passes, and what the twin does by itself is done."""
        self.time += seconds
        self._clockwork.run_errands()
        self._clockwork.close_the_day()

    def take_webhooks(self) -> list[Taken]:
        """What is due for delivery, as it would arrive, in the twin's order; each is given once."""
        taken = []
        for account in self.world.settings.accounts:
            for delivery in list_due(self.world.store, account.id, self.time, 10_000):
                body, headers = signed(account, json.loads(delivery["doc"]), self.time)
                path = urlsplit(account.webhook_url).path
                if self.is_checked:
                    event = json.loads(body)
                    check_object(event)
                    check_object(event["data"]["object"])
                taken.append(Taken(path, headers["Stripe-Signature"], body))
                record_attempt(self.world.store, delivery, "200", self.time, is_taken=True)
        return taken


def types(webhooks: list[Taken]) -> list[str]:
    return [taken.event["type"] for taken in webhooks]


class InProcessClient(stripe.HTTPClient):
    """Carries the library's calls to a twin without a socket.

    `weather` is asked before the twin acts and again before its answer is handed over
    (`is_done`), and may raise what breaks on the way.
    """

    name = "in-process"
    weather: Callable[[bool], None] | None = None

    def __init__(self, twin: TwinInside) -> None:
        super().__init__()
        self._twin = twin

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        address = urlsplit(url)
        path = f"{address.path}?{address.query}" if address.query else address.path
        if self.weather is not None:
            self.weather(False)
        body, status, answered = self._twin.request(method, path, headers, post_data)
        if self.weather is not None:
            self.weather(True)
        if self._twin.is_checked:
            check_exchange(method, url, post_data, status, body)
        return body.decode(), status, answered

    def close(self) -> None:
        """Nothing is open."""
