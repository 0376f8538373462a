"""A real browser on the whole service. Every page that a walk opens is checked as it goes by."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from fund import postgres
from fund.sandbox.demo import PASSWORD
from tests.conftest import copied
from tests.e2e.stack import Stack, running

SIZES = {"desktop": (1280, 900), "phone": (360, 740)}
NARROWEST = 320  # what WCAG 2.2, 1.4.10 asks of a page

# What can be pressed or filled in and reaches beyond the screen, where nothing scrolls to it.
_CLIPPED = """() => {
    const scrolls = e => e && (/auto|scroll/.test(getComputedStyle(e).overflowX)
        ? e !== document.documentElement : scrolls(e.parentElement));
    return [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
        .filter(e => e.checkVisibility() && !e.closest(".visually-hidden"))
        .filter(e => {
            const box = e.getBoundingClientRect();
            const isOut = box.right > innerWidth + 1 || box.left < -1;
            const isCut = e.matches("button, .btn") && e.scrollWidth > e.clientWidth + 1;
            return (isOut && !scrolls(e)) || isCut;
        })
        .map(e => e.outerHTML.slice(0, 120));
}"""
AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="session")
def stack(
    cluster: postgres.Cluster, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """The whole service with the demo world, once for all walks."""
    with (
        copied(cluster, template, f"fund_e2e_{os.getpid()}") as name,
        running(
            cluster.url(name), cluster.url(name, postgres.OWNER), tmp_path_factory.mktemp("stack")
        ) as stack,
    ):
        yield stack


@pytest.fixture(autouse=True)
def own_network(stack: Stack) -> None:
    """Who walks comes from a network of their own: what others began from here counts no more."""
    with psycopg.connect(stack.environ["DATABASE_OWNER_URL"], autocommit=True) as connection:
        for counted in ("checkout_failure", "checkout_gate", "portal_link"):
            connection.execute(f"DELETE FROM {counted}")


@dataclass
class Walk:
    """One person at one screen in one language; `see` checks the page that is open."""

    page: Page
    stack: Stack
    language: str
    size: str
    faults: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.stack.web + path)

    def sign_in(self, who: str) -> None:
        """As one of the demo cast, by typing; in the walk's language."""
        self.open("/staff/sign-in")
        self.see("sign-in")
        self.page.fill('[name="email"]', f"{who}@practice.example")
        self.page.fill('[name="password"]', PASSWORD)
        self.page.click("main form .btn-primary")
        self.page.wait_for_url(f"{self.stack.web}/staff/")
        if self.page.get_attribute("html", "lang") != self.language:
            with self.page.expect_navigation():
                self.page.click(f'[name="language"][value="{self.language}"]')

    def see(self, name: str) -> None:
        """Note what is wrong with the page that is open: axe, sideways scrolling, language."""
        self.page.wait_for_load_state()  # a click only waits until the next page begins to arrive
        # From the top, or the sticky header lies over whatever happens to be scrolled beneath it.
        self.page.evaluate("window.scrollTo(0, 0)")
        violations = Axe().run(self.page, options=AXE_RULES).response["violations"]
        for violation in violations:
            where = "; ".join(
                f"{node['html'][:160]} {node['failureSummary']}" for node in violation["nodes"][:3]
            )
            self.faults.append(f"{name}: {violation['id']} ({violation['help']}): {where}")
        if self.page.get_attribute("html", "lang") != self.language:
            self.faults.append(f"{name}: not in {self.language}")
        self._fits(name, SIZES[self.size][0])
        self._picture(name, self.size)
        if self.size == "phone":
            width, height = SIZES[self.size]
            self.page.set_viewport_size({"width": NARROWEST, "height": height})
            self._fits(name, NARROWEST)
            self._picture(name, "narrowest")
            self.page.set_viewport_size({"width": width, "height": height})

    def _picture(self, name: str, size: str) -> None:
        if shots := os.environ.get("FUND_SHOTS"):
            Path(shots).mkdir(parents=True, exist_ok=True)
            target = Path(shots) / f"{name}-{size}-{self.language}.png"
            self.page.screenshot(path=target, full_page=True)

    def _fits(self, name: str, width: int) -> None:
        """Note what of the page this width does not hold."""
        found = self.page.evaluate("document.documentElement.scrollWidth")
        if found > width:
            self.faults.append(f"{name}: scrolls sideways at {width} px ({found} px)")
        for control in self.page.evaluate(_CLIPPED):
            self.faults.append(f"{name}: reaches beyond {width} px: {control}")


@pytest.fixture(params=["desktop-en", "desktop-th", "phone-en", "phone-th"])
def walk(request: pytest.FixtureRequest, browser: Browser, stack: Stack) -> Iterator[Walk]:
    """A fresh browser profile; fails the test on script errors and requests to third parties."""
    size, language = request.param.split("-")
    context = browser.new_context(
        viewport=dict(zip(("width", "height"), SIZES[size], strict=True)),
        locale={"en": "en-GB", "th": "th-TH"}[language],
    )
    walk = Walk(context.new_page(), stack, language, size)
    _listen(context, walk)
    yield walk
    context.close()
    assert walk.faults == []


def _listen(context: BrowserContext, walk: Walk) -> None:
    ours = {urlsplit(walk.stack.web).netloc, urlsplit(walk.stack.twin).netloc}
    context.on(
        "request",
        lambda request: (
            None
            if urlsplit(request.url).netloc in ours or request.url.startswith("data:")
            else walk.faults.append(f"request to a third party: {request.url}")
        ),
    )
    context.on("weberror", lambda error: walk.faults.append(f"script: {error.error}"))
    context.on(
        "console",
        lambda message: (
            walk.faults.append(f"console: {message.text}")
            if message.type == "error" and "status of 4" not in message.text
            else None
        ),
    )
