"""Finance at Stripe's desk: events, a refund by two persons, a dispute; in a real browser.

Elements are found by name, id or address, never by their text.
"""

import re
from typing import Any

import pytest
import requests

from tests.e2e.conftest import Walk
from tests.sandbox.stripe_twin.fixtures import NZ_KEY

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e-too")]

DESK = "/staff/settlement"
# Each walk has its own charge of the demo world.
PLACES = {"desktop-en": 3, "desktop-th": 4, "phone-en": 5, "phone-th": 6}


def at_twin(walk: Walk, method: str, path: str, **asked: str) -> Any:
    key = {"Authorization": f"Bearer {NZ_KEY}"}
    url = f"{walk.stack.twin}/v1/{path}"
    answer = requests.request(method, url, data=asked, headers=key, timeout=30)
    assert answer.ok, answer.text
    return answer.json()


def charge_of(walk: Walk) -> Any:
    listed = at_twin(walk, "GET", "charges?limit=100")["data"]
    usable = [
        one
        for one in listed
        if one["paid"] and not one["refunded"] and "gift_id" in one["metadata"]
    ]
    return usable[PLACES[f"{walk.size}-{walk.language}"]]


def wait_for(walk: Walk, selector: str) -> None:
    """Ask for the page again until the worker has done its part."""
    for _ in range(60):
        if walk.page.locator(selector).count():
            return
        walk.page.wait_for_timeout(500)
        walk.page.reload()
    raise AssertionError(selector)


def test_an_event_is_found_and_looked_at_again(walk: Walk):
    page = walk.page
    at_twin(walk, "POST", "customers", name="Invented Customer")
    walk.sign_in("finance")
    walk.open(DESK)
    walk.see("desk")
    page.select_option('[name="state"]', "ignored")
    page.fill('[name="type"]', "customer.")
    page.click('form[role="search"] button')
    page.wait_for_url(re.compile("type=customer"))
    wait_for(walk, f'#events ~ .card-list a[href^="{DESK}/events/"]')
    walk.see("desk-found")
    page.click(f'#events ~ .card-list a[href^="{DESK}/events/"] >> nth=0')
    page.wait_for_url(f"**{DESK}/events/*")
    walk.see("desk-event")
    page.click('form[action$="/replay"] button')
    page.wait_for_selector(".field-error")
    walk.see("desk-event-refused")
    page.check('[name="reason"][value="drill"]')
    page.click('form[action$="/replay"] button')
    page.wait_for_url(f"**{DESK}/events/*")
    walk.see("desk-event-replayed")
    assert page.locator("main .field-error").count() == 0
    walk.open(f"{DESK}?type=nothing.like.it")
    walk.see("desk-none")


def test_a_refund_goes_through_two_hands(walk: Walk):
    page, gift = walk.page, charge_of(walk)["metadata"]["gift_id"]
    walk.sign_in("finance")
    walk.open(f"/staff/gifts/{gift}/refund")
    walk.see("refund-new")
    page.fill('[name="amount"]', "a little")
    page.click("main form .btn-primary")
    page.wait_for_selector(".field-error")
    walk.see("refund-refused")
    page.fill('[name="amount"]', "1")
    page.click("main form .btn-primary")
    page.wait_for_url(f"**/staff/gifts/{gift}")
    walk.see("gift-with-refund")
    walk.open(f"{DESK}/refunds")
    walk.see("refunds")
    walk.sign_in("treasurer")
    walk.open(f"{DESK}/refunds")
    walk.see("refunds-to-decide")
    approve = page.locator('form[action$="/approve"] button')
    if approve.count():  # above the limit of one person
        approve.first.click()
        page.wait_for_url(f"**{DESK}/refunds")
    page.fill('[name="alone"] >> nth=0', "nothing")
    page.click('form[action*="/limit"] button >> nth=0')
    page.wait_for_selector(".field-error")
    walk.see("refund-limit-refused")


def test_a_dispute_becomes_a_task(walk: Walk):
    page = walk.page
    asked = requests.post(
        f"{walk.stack.twin}/_twin/dispute", json={"charge": charge_of(walk)["id"]}, timeout=30
    )
    assert asked.ok, asked.text
    dispute = asked.json()["id"]
    walk.sign_in("finance")
    address = f"{DESK}/disputes/{dispute}"
    walk.open(f"{DESK}/disputes")
    wait_for(walk, f'a[href="{address}"]')
    walk.see("disputes")
    page.click(f'a[href="{address}"] >> nth=0')
    walk.see("dispute")
    page.click('[name="noted_as"][value="answered"]')
    page.wait_for_load_state()
    walk.see("dispute-noted")
