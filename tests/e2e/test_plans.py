"""Regular gifts in a real browser: begun, changed, asked about, failing, stopped; and finance's."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.e2e.conftest import Walk
from tests.e2e.test_five_steps import pay_by_card
from tests.words import is_shown

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e-too")]

PLAIN_CARD, SOON_MS = "4242 4242 4242 4242", 20_000
FORMS = "main details summary"  # what is there as long as a plan can be changed
KEY = ("sk_test_practice_nz", "")
PAGE = r"/give/regular/\S+"
SECOND = "Would you like to give to this fund twice?"
FAILED = "Your gift of %(amount)s did not go through"
STOPPED = "Your regular gift has been stopped"


@pytest.fixture
def stripe_again(walk: Walk) -> Iterator[None]:
    """Stripe answers again, whatever becomes of the test."""
    yield
    _twin(walk, "switches", down=False)


@pytest.mark.usefixtures("stripe_again")
def test_a_regular_gift_from_its_beginning_to_its_end(walk: Walk):
    page = walk.page
    begin(walk, "50", looks_back=True)
    walk.see("plan-thanks")
    sign_in(walk)
    page.wait_for_selector("#plans")
    walk.see("my-with-plan")
    page.click('a[href^="/my/plans/"]')
    first = page.url
    change(walk)

    begin(walk, "80")
    second = _link(walk, SECOND, PAGE, "plan-mail-second")
    page.goto(second)
    page.wait_for_selector('main [value="only"]', state="attached", timeout=SOON_MS)
    walk.see("plan-second")
    press(walk, "resume")

    _fail_newest(walk)
    page.goto(_link(walk, FAILED, PAGE, "plan-mail-failed"))
    walk.see("plan-failing")
    walk.sign_in("finance")
    look_as_finance(walk, "past_due")
    page.click('a[href^="/staff/trail/plans/"]')
    walk.see("plan-trail")

    page.goto(first)
    press(walk, "stop")
    walk.see("my-plan-stopped")
    _link(walk, STOPPED, PAGE, "plan-mail-stopped")

    _twin(walk, "switches", down=True)
    page.goto(second)
    with page.expect_navigation():
        page.click('main form:has([value="stop"]) button')
    walk.see("plan-stopping")
    look_as_finance(walk, "stopping")


def begin(walk: Walk, amount: str, *, looks_back: bool = False) -> None:
    """Begin to give each month on Stripe's page, perhaps leave it once, and come back."""
    page = walk.page
    walk.open("/give?currency=NZD")
    with page.expect_navigation():
        page.check('[name="frequency"][value="month"]')
    page.check('[name="choice"]:not([data-minor])')
    page.fill('[name="amount"]', amount)
    page.select_option('[name="fund"]', "education")
    page.fill('[name="email"]', _email(walk))
    page.click("#give .btn-primary")
    page.wait_for_url(f"{walk.stack.twin}/**")
    if looks_back:
        page.click('a[href*="/give/monthly/"]')
        page.wait_for_selector('a[href$="/checkout"]')
        walk.see("plan-not-completed")
        page.click('a[href$="/checkout"]')
        page.wait_for_url(f"{walk.stack.twin}/**")
    pay_by_card(page, PLAIN_CARD)
    page.wait_for_url("**/give/monthly/**")
    page.wait_for_selector('a[href^="/log/check/"]', timeout=SOON_MS)


def sign_in(walk: Walk) -> None:
    """Into the donor's own pages."""
    page = walk.page
    walk.open("/my/sign-in")
    page.fill('[name="email"]', _email(walk))
    page.click("main form .btn-primary")
    page.wait_for_url("**/my/sent")
    page.goto(_link(walk, "Your link to your gifts", r"/my/open/\S+", "my-mail"))
    page.click("main form .btn-primary")


def change(walk: Walk) -> None:
    """Another amount, refused first; and no gift next month."""
    page = walk.page
    page.click(FORMS)
    walk.see("my-plan")
    page.fill('[name="amount"]', "lots")
    page.click('main form:has([value="amount"]) button')
    page.wait_for_selector("#e-amount")
    walk.see("my-plan-refused")
    page.fill('[name="amount"]', "60")
    with page.expect_navigation():
        page.click('main form:has([value="amount"]) button')
    walk.see("my-plan-busy")
    _wait_for_forms(walk)
    press(walk, "skip")
    walk.see("my-plan-skipped")


def press(walk: Walk, kind: str) -> None:
    """Press one button, and look until Stripe took it."""
    if walk.page.locator(FORMS).count():
        walk.page.click(FORMS)
    with walk.page.expect_navigation():
        walk.page.click(f'main form:has([value="{kind}"]) button')
    _wait_for_forms(walk, is_over=kind == "stop")


def look_as_finance(walk: Walk, state: str) -> None:
    """The list narrowed to a state, and the plan in it."""
    page = walk.page
    walk.open("/staff/plans")
    page.select_option('[name="state"]', state)
    page.click("main form .btn-secondary")
    page.wait_for_url(f"**/staff/plans?state={state}&fund=")
    walk.see(f"plan-list-{state}")
    page.click(".card-row-action >> nth=0")
    if page.locator(FORMS).count():
        page.click(FORMS)
    walk.see(f"plan-show-{state}")


def _wait_for_forms(walk: Walk, *, is_over: bool = False) -> None:
    """Look again until nothing is under way; the page does so too, but takes its time."""
    for _ in range(40):
        walk.page.reload()
        if walk.page.locator("main .btn" if is_over else FORMS).count() == (not is_over):
            return
        walk.page.wait_for_timeout(500)
    raise AssertionError("the change is still under way")


def _link(walk: Walk, subject: str, pattern: str, see: str) -> str:
    return link_in_mail(walk, subject, pattern, see, to=_email(walk))


def link_in_mail(walk: Walk, subject: str, pattern: str, see: str, *, to: str) -> str:
    """The address in the mail to somebody with this subject (a msgid), once it is there."""
    page = walk.page
    for _ in range(40):
        walk.open("/sandbox/mail")
        for row in page.locator(f'.card-row:has-text("{to}")').all():
            if is_shown(subject, walk.language, row.locator("strong").inner_text()):
                row.locator("a").click()
                walk.see(see)
                found = re.search(pattern, page.inner_text("#mail-text"))
                assert found is not None
                return walk.stack.web + found[0]
        page.wait_for_timeout(500)
    raise AssertionError(f"no mail came: {subject}")


def _fail_newest(walk: Walk) -> None:
    """The next payment of the newest subscription is declined."""
    (newest,) = requests.get(
        f"{walk.stack.twin}/v1/subscriptions", params={"limit": 1}, auth=KEY, timeout=10
    ).json()["data"]
    _twin(
        walk,
        "card_refuses",
        payment_method=newest["default_payment_method"],
        decline_code="insufficient_funds",
    )
    _twin(walk, "next_month", subscription=newest["id"])


def _twin(walk: Walk, command: str, **asked: Any) -> None:
    requests.post(f"{walk.stack.twin}/_twin/{command}", json=asked, timeout=10).raise_for_status()


def _email(walk: Walk) -> str:
    return f"regular-{walk.size}-{walk.language}@practice.example"
