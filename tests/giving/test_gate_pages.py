"""The gate's pages in a real browser: the script proves by itself, and all of them can be read."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from fund import clock
from fund.giving import abuse
from fund.giving.abuse import breaker
from fund.giving.models import CheckoutGate
from fund.permissions import Role
from tests.e2e.conftest import AXE_RULES
from tests.giving.factories import start_gift
from tests.people.factories import make_staff

pytestmark = [pytest.mark.usefixtures("client"), pytest.mark.xdist_group("browser")]


@dataclass
class Place:
    address: str
    context: BrowserContext
    page: Page


@pytest.fixture(params=["en", "th"])
def place(request, app: Flask, browser: Browser, world, stripe_up) -> Iterator[Place]:
    """The narrowest phone, in each language; what follows a form may lead to the twin."""
    targets = app.config["FORM_TARGETS"]
    app.config["FORM_TARGETS"] = [stripe_up.base_url]
    server = make_server("127.0.0.1", 0, app)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = browser.new_context(viewport={"width": 320, "height": 640}, locale=request.param)
    yield Place(f"http://127.0.0.1:{server.port}", context, context.new_page())
    context.close()
    server.shutdown()
    app.config["FORM_TARGETS"] = targets


def is_sound(page: Page) -> bool:
    """Whether it can be read by all, and fits the narrowest phone."""
    assert Axe().run(page, options=AXE_RULES).response["violations"] == []
    return bool(page.evaluate("document.documentElement.scrollWidth") <= 320)


def open_breaker(session, world, level: int) -> None:
    state = breaker.lock(session, world.abroad.id, now=clock.now())
    breaker.move(session, state, level, "failures", now=clock.now())
    session.commit()


def test_the_browser_proves_by_itself_and_goes_on_to_stripe(place, session, world):
    open_breaker(session, world, 1)
    gift = start_gift(session)
    place.page.goto(f"{place.address}/give/checkout/{gift.id}")
    place.page.wait_for_url("**/c/pay/**", timeout=30_000)
    gate = session.get(CheckoutGate, (gift.id, 1), populate_existing=True)
    assert gate.let_by == "proof"


def test_a_browser_that_cannot_says_so_and_offers_the_mail(place, session, world):
    open_breaker(session, world, 1)
    gift = start_gift(session)
    place.page.add_init_script("Object.defineProperty(crypto, 'subtle', {value: undefined})")
    place.page.goto(f"{place.address}/give/checkout/{gift.id}")
    said = place.page.locator("#said")
    assert said.inner_text() == said.get_attribute("data-cannot")
    assert is_sound(place.page)
    place.page.click('[name="mail"]')
    place.page.wait_for_selector("h1 + .lead[role=status]")
    assert is_sound(place.page)


def test_the_mailed_links_page_and_the_waiting_page_can_be_read(place, session, world):
    open_breaker(session, world, 2)
    gift = start_gift(session)
    place.page.goto(f"{place.address}/give/checkout/{gift.id}")
    assert place.page.locator("#prove").count() == 0
    assert is_sound(place.page)
    place.page.goto(f"{place.address}/give/open/none")
    assert is_sound(place.page)


def test_who_waits_hears_why_and_goes_on_by_itself_without_javascript(
    place, session, world, browser
):
    for number in range(20):
        gift = start_gift(session, email=f"n{number}@example.org")
        order = abuse.get_coming(session, gift.id)
        abuse.come(session, order, abuse.Whence(f"n{number}", f"n{number}"), now=clock.now())
    session.commit()
    address = f"{place.address}/give/checkout/{gift.id}"
    place.page.goto(address)
    assert place.page.locator("[role=status]").count() == 1
    assert is_sound(place.page)
    place.page.goto("about:blank")
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(address)
    plain.wait_for_url("**/c/pay/**", timeout=30_000)
    plain.context.close()


def test_finances_page_can_be_read(place, session, world, app):
    officer = make_staff(session, Role.FINANCE_OFFICER)
    session.commit()
    with app.test_client() as client, client.session_transaction() as browser:
        browser["_user_id"] = officer.session_id
        browser["seen_at"] = clock.now().timestamp()
    cookie = client.get_cookie("session")
    assert cookie is not None
    place.context.add_cookies([{"name": "session", "value": cookie.value, "url": place.address}])
    place.page.goto(f"{place.address}/staff/settlement/abuse")
    place.page.click("summary")
    assert is_sound(place.page)
