"""The guide's screens, in both languages: each opens for its person and shows what it should.

With FUND_GUIDE=1 (`make guide`) the pictures of the guide are taken anew.
"""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from fund.i18n import LANGUAGE_COOKIE, LANGUAGES
from fund.sandbox.demo import CAST, PASSWORD
from tests.e2e import pictures
from tests.e2e.conftest import SIZES
from tests.e2e.screens import SCREENS, Screen
from tests.e2e.stack import Stack
from tests.words import is_shown

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

IS_MAKING = os.environ.get("FUND_GUIDE") == "1"
EMAILS = {member.key: member.email for member in CAST}


class Desks:
    """One page a person and size, signed in once; the language is chosen for each screen."""

    def __init__(self, browser: Browser, stack: Stack) -> None:
        self.browser, self.stack = browser, stack
        self.pages: dict[tuple[str | None, str], Page] = {}
        self.addresses: dict[str, str] = {}

    def open(self, screen: Screen, language: str) -> Page:
        """The screen, found by its links the first time and by its address the second."""
        page = self._page(screen, language)
        page.goto(self.addresses.get(screen.name, self.stack.web + screen.path))
        if screen.name not in self.addresses:
            for selector in screen.clicks:
                page.click(selector)
            for selector in screen.once:
                if page.locator(selector).count():
                    page.click(selector)
            self.addresses[screen.name] = page.url
        return page

    def _page(self, screen: Screen, language: str) -> Page:
        place = (screen.who, screen.size)
        if place not in self.pages:
            self.pages[place] = self._sign_in(screen)
        page = self.pages[place]
        page.context.add_cookies(
            [{"name": LANGUAGE_COOKIE, "value": language, "url": self.stack.web}]
        )
        return page

    def _sign_in(self, screen: Screen) -> Page:
        width, height = SIZES[screen.size]
        page = self.browser.new_context(viewport={"width": width, "height": height}).new_page()
        page.set_default_timeout(10_000)
        if screen.who:
            page.goto(f"{self.stack.web}/staff/sign-in")
            page.fill("#f-email", EMAILS[screen.who])
            page.fill("#f-password", PASSWORD)
            page.click("main .btn-primary")
        return page


@pytest.fixture(scope="module")
def desks(browser: Browser, stack: Stack) -> Iterator[Desks]:
    desks = Desks(browser, stack)
    yield desks
    for page in desks.pages.values():
        page.context.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_the_guide_shows_a_page_that_is_there(desks: Desks, screen: Screen, language: str):
    page = desks.open(screen, language)
    assert status(page) == 200
    assert page.get_attribute("html", "lang") == language
    assert is_shown(screen.heading, language, page.inner_text("h1"))
    if screen.at:
        page.eval_on_selector(screen.at, "element => element.scrollIntoView({behavior: 'instant'})")
    if IS_MAKING:
        pictures.take(page, screen, language)


def status(page: Page) -> int:
    """What the server said to the page that is open now."""
    page.wait_for_load_state()
    return page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus")
