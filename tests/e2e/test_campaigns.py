"""A campaign from its opening to its end, and the newsletter's yes and no, in a real browser."""

import pytest

from tests.e2e.conftest import Walk
from tests.e2e.test_plans import link_in_mail

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e-too")]


def test_a_campaign_opens_takes_gifts_and_closes(walk: Walk):
    page, slug = walk.page, f"walk-{walk.size}-{walk.language}"
    walk.sign_in("finance")
    walk.open("/staff/campaigns/open")
    walk.see("campaign-open")
    page.click("main form .btn-primary")
    page.wait_for_selector(".field-error")
    walk.see("campaign-refused")
    page.fill('[name="slug"]', slug)
    page.fill('[name="target"]', "50000")
    for language, text in (("en", "A term for twenty"), ("th", "หนึ่งเทอมเพื่อยี่สิบคน")):
        page.fill(f'[name="title_{language}"]', text)
        page.fill(f'[name="text_{language}"]', text)
    page.click("main form .btn-primary")
    walk.open("/staff/campaigns")
    walk.see("campaign-list")
    page.click(f'.card-row:has-text("{slug}") a >> nth=0')
    walk.see("campaign-edit")
    kept = page.url
    walk.open(f"/give/{slug}")
    walk.see("campaign-page")
    page.goto(kept)
    page.click('form[action$="/close"] button')
    page.wait_for_load_state()
    walk.open(f"/give/{slug}")
    walk.see("campaign-over")
    assert page.locator("#give").count() == 0


def test_the_newsletter_is_wished_for_and_ended(walk: Walk):
    page, email = walk.page, f"news-{walk.size}-{walk.language}@example.org"
    walk.open("/give?currency=NZD")
    page.check('[name="choice"][value="NZD:2500"]')
    page.fill('[name="email"]', email)
    page.check('[name="newsletter"]')
    page.click("#give .btn-primary")
    page.wait_for_url(f"{walk.stack.twin}/**")
    address = link_in_mail(
        walk, "Would you like our newsletter?", r"/give/newsletter/\S+", "newsletter-mail", to=email
    )
    for name, wish in (("asked", "confirm"), ("confirmed", "stop")):
        page.goto(address)
        walk.see(f"newsletter-{name}")
        page.click(f'[name="wish"][value="{wish}"]')
        page.wait_for_load_state()
    walk.see("newsletter-ended")
