"""The whole way on real parts: a browser, the service, its worker, and a twin that delivers."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from flask import Flask
from sqlalchemy import func, select
from werkzeug.serving import WSGIRequestHandler, make_server

from config.settings import ROOT
from fund import clock, db
from fund.gateways import stripe
from fund.giving.models import Gift
from fund.ledger.models import Journal
from fund.settlement import operations
from fund.settlement.models import BalanceTransaction
from tests.giving.factories import give_form, make_giving_world
from tests.mailserver import Mailbox
from tests.sandbox.stripe_twin.fixtures import Twin, running_twin, wait_until

CARD = {"email": "a@example.org", "number": "4242424242424242", "expiry": "12/34", "cvc": "123"}


class QuietHandler(WSGIRequestHandler):
    """Without a line on the terminal for each request."""

    def log_request(self, *_: object, **__: object) -> None:
        pass


@dataclass(frozen=True)
class Service:
    """Where it answers, the twin that delivers to it, and the environment of its commands."""

    address: str
    twin: Twin
    environ: dict[str, str]


@pytest.fixture
def service(
    app: Flask, fresh_url: str, tmp_path: Path, mail_server: tuple[Mailbox, int]
) -> Iterator[Service]:
    """The service on a database where commits are real, and a twin of its own."""
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        make_giving_world(session)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    server.daemon_threads = False  # closing waits for answers, or one would outlive its database
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    address = f"http://127.0.0.1:{server.port}"
    settings = app.config["SETTINGS"]
    with running_twin(tmp_path, address) as twin:
        stripe.init(settings.stripe, twin.base_url, address)
        environ = {
            "FUND_ENV": "test",
            "FLASK_APP": "wsgi",
            "DATABASE_URL": fresh_url,
            "STRIPE_API_BASE": twin.base_url,
            "SMTP_URL": f"smtp://127.0.0.1:{mail_server[1]}?from=fund@lift.example",
        }
        yield Service(address, twin, os.environ | environ)
        stripe.init(settings.stripe, settings.stripe_api_base, settings.base_url)
    server.shutdown()
    thread.join()
    server.server_close()
    db.init(settings.database_url)


@contextmanager
def worker(service: Service, *options: str) -> Iterator[None]:
    """`flask worker`, until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "worker", *options],
        cwd=ROOT,
        env=service.environ,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(timeout=20) == 0


def give(service: Service) -> requests.Response:
    """Give as a browser does, to the page after the payment."""
    browser = requests.Session()
    hosted = browser.post(f"{service.address}/give", data=give_form(), timeout=10)
    assert "/c/pay/" in hosted.url
    return browser.post(hosted.url, data=CARD | {"name": "Mere Donor"}, timeout=10)


def count(model: type) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_gift_from_the_page_to_the_books_and_the_mail(service, mailbox):
    back = give(service)
    assert re.search(r"/give/thanks/[0-9a-f-]{36}$", back.url)
    assert "has arrived" in back.text
    with worker(service):
        wait_until(lambda: count(BalanceTransaction) == 1 and mailbox.mails != [], seconds=20)
    with db.reading() as session:
        gift = session.scalars(select(Gift)).one()
        line = session.scalars(select(BalanceTransaction)).one()
    assert (line.gift_id, line.state) == (gift.id, "posted")
    assert mailbox.mails[0]["To"] == "donor@example.org"
    swept = subprocess.run(
        [sys.executable, "-m", "flask", "settlement", "sweep", "--json"],
        cwd=ROOT,
        env=service.environ,
        capture_output=True,
        check=True,
    )
    assert json.loads(swept.stdout)["balance_transactions"] == []


def test_two_workers_pull_the_same_feed_and_book_it_once(service):
    for _ in range(3):
        give(service)
    with ThreadPoolExecutor(4) as workers:
        pulls = [workers.submit(operations.pull_feed, "nz", now=clock.now()) for _ in range(4)]
        booked = [line for pull in pulls for line in pull.result()]
    assert len(booked) == len(set(booked)) == count(BalanceTransaction) == 3
    assert count(Journal) == 3


def test_half_a_worker_books_and_the_other_half_writes(service, mailbox):
    give(service)
    with worker(service, "--only", "loops"):
        wait_until(lambda: count(BalanceTransaction) == 1, seconds=20)
    assert mailbox.mails == []
    with worker(service, "--only", "jobs"):
        wait_until(lambda: mailbox.mails != [], seconds=20)
