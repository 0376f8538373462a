"""The lock over a page that was left alone, in a real browser."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from fund import db
from fund.permissions import Role
from tests.people.factories import PASSWORD, make_staff

pytestmark = pytest.mark.e2e
LEFT_ALONE_MS = 15 * 60 * 1000 + 20_000


@pytest.fixture
def page(app: Flask, fresh_url: str, browser: Browser) -> Iterator[Page]:
    """The form for inviting somebody, open before an administrator."""
    csrf = app.config.get("WTF_CSRF_ENABLED", True)
    app.config["WTF_CSRF_ENABLED"] = True
    with db.transaction() as session:
        email = make_staff(session, Role.ADMINISTRATOR).email
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = False  # closing waits for answers, or one would outlive its database
    threading.Thread(target=server.serve_forever).start()
    web = f"http://127.0.0.1:{server.port}"
    context = browser.new_context()
    page = context.new_page()
    page.clock.install()
    page.goto(f"{web}/staff/sign-in?next=/staff/people/invite")
    page.fill("#f-email", email)
    page.fill("#f-password", PASSWORD)
    page.click("main button.btn-primary")
    yield page
    context.close()
    server.shutdown()
    server.server_close()
    app.config["WTF_CSRF_ENABLED"] = csrf
    db.init(app.config["SETTINGS"].database_url)


def test_a_page_left_alone_is_covered_and_what_was_typed_comes_back(page: Page):
    page.fill("#f-name", "Half a name")
    page.clock.fast_forward(LEFT_ALONE_MS)
    page.wait_for_selector("#idle-password:focus")
    assert not page.is_visible("#main")
    assert page.is_visible("[data-leave]"), "the way out stays"
    for _ in range(3):
        page.keyboard.press("Escape")
    assert not page.is_visible("#main")

    page.fill("#idle-password", "not the password")
    page.keyboard.press("Enter")
    page.wait_for_selector("#idle-error:not(:empty)")
    assert not page.is_visible("#main")

    page.fill("#idle-password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#main")
    assert page.input_value("#f-name") == "Half a name"
    assert not page.is_visible("#idle-lock")


def test_who_types_is_not_locked_and_the_server_hears_of_it(page: Page):
    with page.expect_request("**/staff/awake") as told:
        for _ in range(6):
            page.type("#f-name", "a")
            page.clock.fast_forward(4 * 60 * 1000)
    assert told.value.response().status == 204
    assert page.is_visible("#main")
