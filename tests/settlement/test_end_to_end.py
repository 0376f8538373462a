"""The whole way on real parts: a browser, the service over HTTP, the twin's own deliveries."""

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from fund import clock, db
from fund.gateways import stripe
from fund.giving.models import Gift
from fund.settlement import operations
from fund.settlement.models import BalanceTransaction, InboxEvent
from tests.giving.factories import give_form, make_giving_world
from tests.sandbox.stripe_twin.fixtures import Twin, _QuietHandler, running_twin, wait_until

CARD = {"email": "a@example.org", "number": "4242424242424242", "expiry": "12/34", "cvc": "123"}


@pytest.fixture
def service(app: Flask, fresh_url: str, tmp_path: Path) -> Iterator[tuple[str, Twin]]:
    """The service and a twin of its own that delivers to it; commits are real."""
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        make_giving_world(session)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_QuietHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    address = f"http://127.0.0.1:{server.port}"
    settings = app.config["SETTINGS"]
    with running_twin(tmp_path, address) as twin:
        stripe.init(settings.stripe, twin.base_url, address)
        yield address, twin
        stripe.init(settings.stripe, settings.stripe_api_base, settings.base_url)
    server.shutdown()
    thread.join()
    server.server_close()
    db.init(settings.database_url)


def test_a_gift_from_the_page_to_the_books(service, app):
    address, _twin = service
    browser = requests.Session()
    page = browser.post(f"{address}/give", data=give_form(), timeout=10)
    assert "/c/pay/" in page.url  # the hosted page, three redirects on
    back = browser.post(page.url, data=CARD | {"name": "Mere Donor"}, timeout=10)
    assert re.search(r"/give/thanks/[0-9a-f-]{36}$", back.url)
    assert "has arrived" in back.text
    wait_until(lambda: "checkout.session.completed" in _heard())
    wait_until(lambda: not operations.drain(now=clock.now()))
    operations.pull_woken(now=clock.now())
    with db.reading() as session:
        gift = session.scalars(select(Gift)).one()
        line = session.scalars(select(BalanceTransaction)).one()
    assert gift.state == "paid"
    assert (line.gift_id, line.state) == (gift.id, "posted")
    said = app.test_cli_runner().invoke(args=["settlement", "sweep", "--json"])
    assert said.exit_code == 0, said.output
    assert json.loads(said.stdout)["balance_transactions"] == []


def _heard() -> set[str]:
    with db.reading() as session:
        return set(session.scalars(select(InboxEvent.type)))
