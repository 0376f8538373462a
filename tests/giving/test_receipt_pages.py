"""The pages about tax receipts in a real browser: read by all, in both languages, on any phone."""

import threading
from collections.abc import Iterator
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from fund import clock
from fund.giving import operations
from fund.giving.tasks.healing import heal_receipts
from fund.money import Money
from fund.permissions import SYSTEM, Role
from tests.e2e.conftest import AXE_RULES
from tests.giving.factories import register_thai_office
from tests.people.factories import make_staff

pytestmark = [pytest.mark.usefixtures("client"), pytest.mark.xdist_group("browser")]


@pytest.fixture(params=["en", "th"])
def page(request, app: Flask, browser: Browser, world, session) -> Iterator[Page]:
    """The narrowest phone, in each language, with a finance officer signed in."""
    register_thai_office(session, world)
    officer = make_staff(session, Role.FINANCE_OFFICER)
    session.commit()
    server = make_server("127.0.0.1", 0, app)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.port}"
    context = browser.new_context(
        viewport={"width": 320, "height": 640}, locale=request.param, base_url=address
    )
    with app.test_client() as client, client.session_transaction() as signed_in:
        signed_in["_user_id"] = officer.session_id
        signed_in["seen_at"] = clock.now().timestamp()
    cookie = client.get_cookie("session")
    assert cookie is not None
    context.add_cookies([{"name": "session", "value": cookie.value, "url": address}])
    yield context.new_page()
    context.close()
    server.shutdown()


def test_finances_pages_can_be_read_by_all(page, app, session, world):
    operations.record_bank_gift(
        session,
        office=world.thai,
        fund=world.funds["education"],
        amount=Money(1_500_00, "THB"),
        received_on=date(2026, 10, 23),
        bank_reference="SLIP-1",
        email="donor@example.org",
        name="สมชาย ใจดี",
        tax_id="1103702071811",
        actor=SYSTEM,
        now=clock.now(),
    )
    session.commit()
    with app.app_context():
        heal_receipts(timestamp=0)
    for path in (
        "/staff/gifts/e-donation?first=2026-10-01&last=2026-10-31",
        "/staff/gifts/e-donation/th/columns",
        "/staff/gifts/receipts",
    ):
        page.goto(path)
        assert Axe().run(page, options=AXE_RULES).response["violations"] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_the_field_for_the_tax_number_can_be_read_by_all(page):
    page.goto("/give?currency=THB")
    if page.input_value('[name="country"]') != "TH":
        with page.expect_navigation():
            page.select_option('[name="country"]', "TH")
    with page.expect_navigation():
        page.check('[name="wants_tax_receipt"]')
    assert page.locator('[name="tax_id"]').count() == 1
    assert Axe().run(page, options=AXE_RULES).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
