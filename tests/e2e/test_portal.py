"""A donor's own pages, in a real browser. Elements are found by name, id or address."""

import re

import pytest

from tests.e2e.conftest import Walk

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e-too")]

# One a walk: an address gets no more than three links an hour.
DONORS = {"desktop-en": "01", "desktop-th": "02", "phone-en": "03", "phone-th": "04"}


def test_a_donor_comes_to_their_gifts_by_a_link_in_the_mail(walk: Walk):
    page, email = walk.page, f"donor{DONORS[f'{walk.size}-{walk.language}']}@practice.example"
    walk.open("/my")
    walk.see("my-sign-in")
    page.fill('[name="email"]', email)
    page.click("main form .btn-primary")
    page.wait_for_url(f"{walk.stack.web}/my/sent")
    walk.see("my-sent")
    walk.open(_link(walk, email))
    walk.see("my-open")
    page.click("main form .btn-primary")
    page.wait_for_url(f"{walk.stack.web}/my")
    walk.see("my")
    page.click('a[href^="/my/gifts/"] >> nth=0')
    walk.see("my-gift")
    with page.expect_download() as download:
        page.click('a[href^="/my/receipts/"] >> nth=0')
    assert download.value.suggested_filename.endswith(".pdf")
    walk.open("/my/funds")
    walk.see("my-funds")
    walk.open("/my/erasure")
    walk.see("my-erasure")
    page.click("main form .btn-primary")
    page.wait_for_url(f"{walk.stack.web}/my")
    walk.see("my-asked")
    page.click('form[action="/my/sign-out"] button')
    walk.open("/my")
    page.wait_for_url(f"{walk.stack.web}/my/sign-in")
    walk.open("/my/open/none")
    walk.see("my-open-over")


def test_finance_compares_two_records_of_one_donor(walk: Walk):
    page = walk.page
    walk.sign_in("finance")
    walk.open("/staff/donors/alike")
    walk.see("merge-list")
    page.fill('[name="email"]', "donor05@practice.example")
    page.fill('[name="other_email"]', "donor06@practice.example")
    page.click("main form .btn-secondary")
    page.wait_for_url(re.compile(r"/staff/donors/[0-9a-f-]{36}/"))
    walk.see("merge-show")
    page.click("main form .btn-primary")
    walk.see("merge-incomplete")


def test_the_data_protection_contact_decides_whom_to_forget(walk: Walk):
    walk.sign_in("dataprotection")
    walk.open("/staff/erasure")
    walk.see("erasure-list")
    if walk.page.locator(".card-row-action").count():  # as the donors of this file asked
        walk.page.click(".card-row-action >> nth=0")
        walk.see("erasure-show")


def _link(walk: Walk, email: str) -> str:
    """The path of the link in the newest mail to this address."""
    row = walk.page.locator(f'.card-row:has-text("{email}") a')
    for _ in range(40):
        walk.open("/sandbox/mail")
        if row.count():
            row.first.click()
            if link := re.search(r"/my/open/\S+", walk.page.inner_text("#mail-text")):
                walk.see("my-mail")
                return link[0]
        walk.page.wait_for_timeout(500)
    raise AssertionError("no mail came")
