"""A twin for a test: the real process on a free port, with a folder of its own.

Other rooms use it with `pytest_plugins` or by importing `running_twin`.
"""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from config.settings import ROOT
from tests.ports import free_port

from .contract import CheckedClient

NZ_KEY, NZ_SECRET = "sk_test_practice_nz", "whsec_practice_nz"
US_KEY, US_SECRET = "sk_test_practice_us", "whsec_practice_us"


@dataclass(frozen=True)
class Twin:
    """Where it answers, and the strings of its control surface."""

    base_url: str
    process: "subprocess.Popen[bytes]"

    def control(self, command: str, **asked: Any) -> dict[str, Any]:
        """`POST /_twin/<command>`; fails the test if the twin refuses."""
        answer = requests.post(f"{self.base_url}/_twin/{command}", json=asked, timeout=60)
        assert answer.ok, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def deliveries(self) -> list[dict[str, Any]]:
        """Every delivery, newest first."""
        answer = requests.get(f"{self.base_url}/_twin/deliveries", timeout=10)
        listed: list[dict[str, Any]] = answer.json()["deliveries"]
        return listed

    def client(self, api_key: str = NZ_KEY, http: Any = None) -> stripe.StripeClient:
        """The real library, speaking to the twin."""
        return stripe.StripeClient(api_key, base_addresses={"api": self.base_url}, http_client=http)


@contextmanager
def running_twin(folder: Path, webhook_base: str, *, port: int | None = None) -> Iterator[Twin]:
    """Start the process with its state in `folder`; webhooks go to paths under `webhook_base`."""
    port = port or free_port()
    environ = os.environ | {
        "TWIN_BIND": f"127.0.0.1:{port}",
        "TWIN_STATE": str(folder / "stripe_twin.sqlite3"),
        "TWIN_WEBHOOK_BASE": webhook_base,
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "fund.sandbox.stripe_twin"], env=environ, cwd=ROOT
    )
    try:
        twin = Twin(f"http://127.0.0.1:{port}", process)
        wait_until(lambda: process.poll() is None and _answers(port), seconds=20)
        yield twin
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="session")
def twin_process(
    tmp_path_factory: pytest.TempPathFactory, receiver_process: "Receiver"
) -> Iterator[Twin]:
    with running_twin(tmp_path_factory.mktemp("twin"), receiver_process.base_url) as twin:
        yield twin


@pytest.fixture
def twin(twin_process: Twin) -> Twin:
    """An empty twin with every switch as at the start."""
    twin_process.control("reset")
    return twin_process


@dataclass(frozen=True)
class Taken:
    """One webhook as it arrived."""

    path: str
    signature: str
    body: bytes
    port: int = 0
    """Where it came from: the same for all that came over one connection."""

    @property
    def event(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed


@dataclass
class Receiver:
    """A place for webhooks, which keeps what came and answers as it is told."""

    base_url: str = ""
    taken: list[Taken] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    meeting: threading.Barrier | None = None
    """If set, nobody is answered before so many have come."""

    def types(self) -> list[str]:
        return [taken.event["type"] for taken in self.taken]

    def wait_for(self, event_type: str, count: int = 1, seconds: float = 8) -> list[Taken]:
        """The first `count` webhooks of this type."""

        def found() -> list[Taken]:
            return [taken for taken in self.taken if taken.event["type"] == event_type]

        wait_until(lambda: len(found()) >= count, seconds)
        return found()


@pytest.fixture(scope="session")
def receiver_process() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        # werkzeug's own server ends every connection; a receiver in production keeps it.
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            signature = self.headers["Stripe-Signature"]
            receiver.taken.append(Taken(self.path, signature, body, self.client_address[1]))
            if receiver.meeting is not None:
                receiver.meeting.wait(timeout=5)
            self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: pytest shows what matters."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.base_url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield receiver
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def receiver(twin: Twin, receiver_process: Receiver) -> Receiver:
    """Where the twin's webhooks arrive; nothing is left from before."""
    receiver_process.taken.clear()
    receiver_process.answers.clear()
    receiver_process.meeting = None
    return receiver_process


@pytest.fixture
def checked(twin: Twin) -> Iterator[CheckedClient]:
    client = CheckedClient()
    yield client
    client.close()


@pytest.fixture
def api(twin: Twin, checked: CheckedClient) -> stripe.StripeClient:
    """The New Zealand account by the real library; every exchange is checked against Stripe's
    description."""
    return twin.client(http=checked)


def wait_until(is_so: Callable[[], bool], seconds: float = 8) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


def order(amount: int = 5000, currency: str = "nzd", **more: Any) -> dict[str, Any]:
    """What the fund asks of Checkout."""
    return {
        "mode": "payment",
        "success_url": "http://127.0.0.1:8000/give/thanks/1?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:8000/give/thanks/1",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": currency,
                    "unit_amount": amount,
                    "product_data": {"name": "Gift to Education"},
                },
            }
        ],
        **more,
    }


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
