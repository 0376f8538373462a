"""The give page's script, in a real browser: what the button names is what the server charges."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from fund import i18n
from fund.giving.fees import FeeRange
from fund.money import Money

pytestmark = [pytest.mark.usefixtures("world", "client"), pytest.mark.xdist_group("browser")]


@pytest.fixture
def page(app: Flask, browser: Browser) -> Iterator[Page]:
    """The give page on a narrow phone."""
    server = make_server("127.0.0.1", 0, app)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = browser.new_context(viewport={"width": 320, "height": 640}, locale="en-GB")
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{server.port}/give?currency=NZD")
    yield page
    context.close()
    server.shutdown()


@pytest.mark.parametrize("typed", ["0.50", "1", "33.33", "75", "1,234.56", "9999.99"])
def test_the_button_and_the_total_are_the_servers(page, app, typed):
    fees = FeeRange(270, 370, Money(30, "NZD"), Money(30, "NZD"))
    minor = round(float(typed.replace(",", "")) * 100)
    total = Money(minor, "NZD") + fees.cover(Money(minor, "NZD"))
    page.check('[name="choice"][value="other"]')
    page.fill('[name="amount"]', typed)
    page.check('[name="covers_fee"]')
    assert page.input_value('[name="total"]') == f"NZD:{total.amount_minor}"
    with app.test_request_context():
        assert i18n.format_money(total) in page.inner_text("#give .btn-primary")


def test_the_page_fits_the_narrowest_phone_and_keeps_its_place_when_it_reloads(page):
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.fill('[name="email"]', "donor@example.org")
    with page.expect_navigation():
        page.select_option('[name="country"]', "NZ")
    assert page.input_value('[name="email"]') == "donor@example.org"
    assert page.evaluate("document.activeElement.name") == "country"
