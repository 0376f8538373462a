"""A pledge in a real browser: begun, and what a card becomes; and what finance sees beside it."""

import uuid
from typing import Any

import pytest
import requests

from tests.e2e.conftest import Walk
from tests.e2e.test_five_steps import pay_by_card
from tests.e2e.test_plans import FORMS, KEY, PLAIN_CARD, link_in_mail

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e-too")]


def test_a_pledge_begins_with_a_code_and_a_card_can_become_one(walk: Walk):
    page = walk.page
    choose(walk, "promptpay")
    page.click("#give .btn-primary")
    page.wait_for_url("**/give/pay/**")
    choose(walk, "checkout")
    page.click("#give .btn-primary")
    page.wait_for_url(f"{walk.stack.twin}/**")
    pay_by_card(page, PLAIN_CARD)
    page.wait_for_selector('a[href^="/log/check/"]', timeout=20_000)
    page.goto(to_own_pages(walk))
    page.click("main form .btn-primary")
    page.click('a[href^="/my/plans/"]')
    page.click(FORMS)
    walk.see("my-plan-ways")
    page.select_option('[name="way"]', "month:promptpay")
    with page.expect_navigation():
        page.click('main form:has([value="way"]) button')
    walk.see("my-plan-on-its-way")
    new = 'main a[href^="/my/plans/"]:not(.back a)'
    for _ in range(40):
        if page.locator(new).count():
            break
        page.wait_for_timeout(500)
        page.reload()
    walk.see("my-plan-followed")
    page.click(new)
    page.click(FORMS)
    walk.see("my-pledge")
    link_in_mail(
        walk,
        "Your regular gift goes on in another way",
        r"/give/regular/\S+",
        "plan-mail-follows",
        to=email(walk),
    )


def test_finance_sees_unknown_subscriptions_and_why_a_fund_stays_open(walk: Walk):
    page = walk.page
    walk.sign_in("finance")
    begin_nobodys(walk)
    for _ in range(60):
        walk.open("/staff/settlement/subscriptions")
        if page.locator(".card-row form").count():
            break
        page.wait_for_timeout(500)
    walk.see("strays")
    page.click(".card-row form button >> nth=0")
    walk.see("strays-seen")
    walk.open("/staff/ledger/funds")
    page.click('.card-row-action[href^="/staff/ledger/funds/"] >> nth=0')
    page.click('a[href$="/close"]')
    walk.see("fund-close")


def choose(walk: Walk, method: str) -> None:
    """The give page, filled in for a gift each month in baht, paid like this."""
    page = walk.page
    walk.open("/give?currency=THB")
    page.select_option('[name="country"]', "TH")
    with page.expect_navigation():
        page.check('[name="frequency"][value="month"]')
    if not page.is_checked(f'[name="method"][value="{method}"]'):
        with page.expect_navigation():
            page.check(f'[name="method"][value="{method}"]')
    page.check("[name=choice] >> nth=0")
    page.fill('[name="email"]', email(walk))


def to_own_pages(walk: Walk) -> str:
    page = walk.page
    walk.open("/my/sign-in")
    page.fill('[name="email"]', email(walk))
    page.click("main form .btn-primary")
    page.wait_for_url("**/my/sent")
    return link_in_mail(walk, "Your link to your gifts", r"/my/open/\S+", "my-mail", to=email(walk))


def begin_nobodys(walk: Walk) -> None:
    """A subscription that no plan of ours knows of."""
    customer = ask(walk, "customers", {"email": "old@practice.example"})
    product = ask(walk, "products", {"name": "Old"})
    data = "line_items[0][price_data]"
    page = ask(
        walk,
        "checkout/sessions",
        {
            "mode": "subscription",
            "customer": customer["id"],
            "success_url": f"{walk.stack.web}/give",
            "line_items[0][quantity]": "1",
            f"{data}[currency]": "nzd",
            f"{data}[unit_amount]": "2500",
            f"{data}[product]": product["id"],
            f"{data}[recurring][interval]": "month",
            "subscription_data[metadata][plan_id]": str(uuid.uuid4()),
        },
    )
    requests.post(
        f"{walk.stack.twin}/_twin/pay", json={"session_id": page["id"]}, timeout=10
    ).raise_for_status()


def ask(walk: Walk, what: str, asked: dict[str, str]) -> dict[str, Any]:
    answer = requests.post(f"{walk.stack.twin}/v1/{what}", data=asked, auth=KEY, timeout=10)
    answer.raise_for_status()
    made: dict[str, Any] = answer.json()
    return made


def email(walk: Walk) -> str:
    return f"pledge-{walk.size}-{walk.language}@practice.example"
