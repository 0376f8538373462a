"""The give page as people use it: by keys alone, in under a minute on a phone, without scripts."""

import time
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import NARROWEST, Walk
from tests.e2e.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e-too")]

EMAIL = "donor@example.org"
# What people take for it on a phone, in seconds: to read the page, to find and tap a thing, and to
# type one letter.
READ, TAP, LETTER = 12.0, 3.0, 0.4

both_languages = pytest.mark.parametrize("walk", ["desktop-en", "desktop-th"], indirect=True)
on_a_phone = pytest.mark.parametrize("walk", ["phone-en", "phone-th"], indirect=True)

_FOCUS_SHOWS = """() => {
    const at = document.activeElement, drawn = e => {
        const style = getComputedStyle(e);
        return style.outlineStyle !== "none" || style.boxShadow !== "none";
    };
    return drawn(at) || (at.parentElement && drawn(at.parentElement));
}"""


def tab_to(walk: Walk, selector: str) -> None:
    """Press Tab until the focus is on it, and see it there."""
    for _ in range(60):
        walk.page.keyboard.press("Tab")
        if walk.page.evaluate("s => document.activeElement.matches(s)", selector):
            if not walk.page.evaluate(_FOCUS_SHOWS):
                walk.faults.append(f"the focus on {selector} cannot be seen")
            return
    raise AssertionError(f"Tab never comes to {selector}")


@both_languages
def test_by_keys_alone_to_checkout(walk: Walk):
    page = walk.page
    walk.open("/give?currency=NZD")
    tab_to(walk, "[name=choice]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert page.is_checked('[name="choice"][value="NZD:7500"]')
    tab_to(walk, "[name=email]")
    page.keyboard.type(EMAIL)
    tab_to(walk, "#f-covers_fee")
    page.keyboard.press("Space")
    tab_to(walk, "#give .btn-primary")
    assert "78.20" in page.inner_text("#give .btn-primary")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{walk.stack.twin}/**")
    assert "78.20" in page.inner_text("main")


@both_languages
def test_by_keys_alone_to_a_monthly_gift(walk: Walk):
    page = walk.page
    walk.open("/give?currency=NZD")
    tab_to(walk, "[name=frequency]")
    with page.expect_navigation():
        page.keyboard.press("ArrowDown")
    tab_to(walk, "[name=choice]")
    page.keyboard.press("Space")
    tab_to(walk, "[name=email]")
    page.keyboard.type(EMAIL)
    tab_to(walk, "#give .btn-primary")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{walk.stack.twin}/**")
    assert "12.00" in page.inner_text("main")


@dataclass
class Stopwatch:
    """What our pages took, and what a person would have taken for the rest."""

    begun: float = field(default_factory=time.monotonic)
    person: float = READ

    def tap(self, page: Page, selector: str) -> None:
        page.click(selector)
        self.person += TAP

    def type(self, page: Page, selector: str, text: str) -> None:
        self.tap(page, selector)
        page.keyboard.type(text)
        self.person += len(text) * LETTER

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begun + self.person


@on_a_phone
@pytest.mark.parametrize("currency", ["NZD", "THB"])
def test_a_gift_takes_less_than_a_minute_on_a_phone(walk: Walk, currency: str):
    page, watch = walk.page, Stopwatch()
    walk.open(f"/give?currency={currency}")
    if currency == "THB" and walk.language == "en":
        watch.person += 2 * TAP  # where they live: a list, and its entry
        with page.expect_navigation():
            page.select_option("[name=country]", "TH")
    watch.tap(page, ".option:has([name=choice]) >> nth=1")
    watch.type(page, "[name=email]", EMAIL)
    watch.tap(page, "#give .btn-primary")
    page.wait_for_url(f"{walk.stack.twin}/**" if currency == "NZD" else "**/give/pay/**")
    assert watch.seconds < 60


def test_every_state_of_the_page_for_everybody(walk: Walk):
    page = walk.page
    walk.open("/give?currency=NZD&frequency=month&choice=NZD%3A2500")
    page.check("#f-covers_fee")
    page.click("#give details summary")
    walk.see("give-month-all")
    page.fill("[name=honoured]", "Ngaire")
    page.click("#give .btn-primary")
    walk.see("give-month-refused")
    walk.open("/give?currency=NZD&choice=other")
    walk.see("give-other")
    walk.open("/give?currency=THB&frequency=year")
    walk.see("give-year")
    walk.open("/give?currency=THB")
    if walk.language == "en":
        with page.expect_navigation():
            page.select_option("[name=country]", "TH")
    page.click(".option:has([name=choice]) >> nth=0")
    walk.see("give-promptpay")
    page.fill("[name=email]", EMAIL)
    page.click("#give .btn-primary")
    page.wait_for_url("**/give/pay/**")
    walk.see("give-pay")
    address = page.url  # once the bank's statement shows it, the page goes on by itself
    page.clock.install()
    page.reload()
    page.route(address, lambda route: route.fulfill(status=303, headers={"Location": "/give"}))
    page.clock.fast_forward(61_000)
    page.wait_for_url(f"{walk.stack.web}/give")
    page.unroute(address)
    walk.open(f"/give/embed?lang={walk.language}")
    walk.see("give-embed")
    page.click("button[name=choice] >> nth=1")
    page.wait_for_url("**/give?**")
    walk.see("give-from-embed")


@pytest.mark.parametrize("language", ["en-GB", "th-TH"])
def test_without_scripts_on_the_narrowest_screen(browser: Browser, stack: Stack, language: str):
    context = browser.new_context(
        java_script_enabled=False, locale=language, viewport={"width": NARROWEST, "height": 640}
    )
    page = context.new_page()
    page.goto(f"{stack.web}/give?currency=NZD")
    page.check('[name="frequency"][value="month"]')
    page.click('[name="show"]')
    page.check('[name="choice"][value="NZD:2500"]')
    page.fill("[name=email]", EMAIL)
    page.click("#give .btn-primary")
    page.wait_for_url(f"{stack.twin}/**")
    assert "25.00" in page.inner_text("main")
    context.close()


SITE = "https://www.charity.example"


def framed(browser: Browser, stack: Stack) -> str:
    """What the frame shows on a page of the other site; empty if it may not."""
    context = browser.new_context(locale="en-GB", permissions=["local-network-access"])
    page = context.new_page()
    inside = f'<!doctype html><title>Ours</title><iframe src="{stack.web}/give/embed"></iframe>'
    page.route(f"{SITE}/**", lambda route: route.fulfill(body=inside, content_type="text/html"))
    page.goto(f"{SITE}/help")
    frame = page.frames[1]
    text = frame.inner_text("body") if frame.url.startswith(stack.web) else ""
    if "NZ$75" in text:  # a press there leads the whole window on
        frame.click("button[name=choice] >> nth=1")
        page.wait_for_url(f"{stack.web}/give?**")
        assert page.is_checked('[name="choice"][value="NZD:7500"]')
    context.close()
    return text


@pytest.mark.parametrize("walk", ["desktop-en"], indirect=True)
def test_another_site_shows_the_frame_once_finance_allowed_it(walk: Walk, browser: Browser):
    assert framed(browser, walk.stack) == ""
    walk.sign_in("finance")
    walk.open("/staff/campaigns/frames")
    walk.see("give-frames")
    walk.page.fill("[name=origin]", SITE)
    walk.page.click("form:has([name=origin]) .btn-primary")
    walk.see("give-frames-allowed")
    assert "NZ$75" in framed(browser, walk.stack)


def test_the_pages_of_an_offices_ways(walk: Walk):
    walk.sign_in("finance")
    for name, path in (
        ("offices", "/staff/offices"),
        ("office-ways", "/staff/offices/nz/ways"),
        ("office-ways-thai", "/staff/offices/th/ways"),
        ("campaigns", "/staff/campaigns"),
    ):
        walk.open(path)
        walk.see(name)
    walk.open("/staff/offices/th/ways")
    if walk.page.locator("[name=biller_id]").count():
        walk.page.fill("[name=biller_id]", "0123")
        walk.page.fill("[name=merchant_name]", "PRACTICE")
        walk.page.fill("[name=merchant_city]", "CHIANG MAI")
        walk.page.click("form:has([name=biller_id]) .btn-primary")
        walk.see("office-ways-refused")
        walk.page.fill("[name=biller_id]", "000000000000099")
        walk.page.click("form:has([name=biller_id]) .btn-primary")
    else:  # an earlier walk asked
        walk.page.click('a[href^="/staff/offices/biller/"]')
    walk.see("office-biller")
