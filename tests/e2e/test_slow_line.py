"""On a poor line: the first staff page is light, and the work goes on at 50 kbit/s."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from fund.sandbox.demo import PASSWORD
from tests.e2e.browserless import Person
from tests.e2e.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

BYTES_A_SECOND = 50_000 / 8
MOST_BYTES = 200_000
PATIENCE_MS = 60_000


@pytest.fixture
def phone(browser: Browser, stack: Stack):
    """A phone whose owner is signed in and whose cache is empty."""
    person = Person(stack.web)
    person.sign_in("caseworker@practice.example", PASSWORD)
    context = browser.new_context(viewport={"width": 360, "height": 740})
    host = urlsplit(stack.web).hostname or ""
    context.add_cookies(
        [
            {"name": c.name, "value": c.value or "", "domain": host, "path": "/"}
            for c in person.cookies
        ]
    )
    yield context.new_page()
    context.close()


def test_the_first_staff_page_is_light_and_work_goes_on(phone: Page, stack: Stack):
    transferred = slow_down(phone)
    phone.goto(f"{stack.web}/staff/", timeout=PATIENCE_MS)
    assert phone.locator(".card-row").count() > 0
    assert 0 < sum(transferred) <= MOST_BYTES, sum(transferred)

    # What the first page brought stays: the pages after it are a small part of that.
    transferred.clear()
    phone.goto(f"{stack.web}/staff/cases/add", timeout=PATIENCE_MS)
    assert sum(transferred) <= MOST_BYTES / 4, sum(transferred)
    phone.fill('[name="name"]', "Slow Unreal")
    phone.fill('[name="birth_date"]', "2011-02-03")
    phone.select_option('[name="region"]', "south")
    phone.click("main form .btn-primary", timeout=PATIENCE_MS)
    phone.wait_for_url("**/staff/cases/LF-*", timeout=PATIENCE_MS)


def slow_down(page: Page) -> list[int]:
    """Make the line slow; the bytes that come over it are added to the answer."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 300,
            "downloadThroughput": BYTES_A_SECOND,
            "uploadThroughput": BYTES_A_SECOND,
        },
    )
    transferred: list[int] = []
    devtools.on(
        "Network.loadingFinished", lambda event: transferred.append(event["encodedDataLength"])
    )
    return transferred
