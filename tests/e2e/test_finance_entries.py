"""Two persons of finance and their entries, rates and funds, in a real browser.

Elements are found by name, id or address, never by their text.
"""

import pytest

from tests.e2e.conftest import Walk
from tests.e2e.papers import PHOTO, RECEIPT

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

LEDGER = "/staff/ledger"
FORMS = ("transfer", "exchange", "opening_balance", "manual")
NARROW = 320


def see(walk: Walk, name: str) -> None:
    """The page as it is, and that it fits the narrowest screen."""
    walk.see(name)
    if walk.size == "phone":
        size = walk.page.viewport_size
        walk.page.set_viewport_size({"width": NARROW, "height": 700})
        width = walk.page.evaluate("document.documentElement.scrollWidth")
        if width > NARROW:
            walk.faults.append(f"{name}: scrolls sideways at {NARROW} px ({width} px)")
        walk.page.set_viewport_size(size)


def test_an_entry_goes_through_two_hands(walk: Walk):
    page = walk.page
    walk.sign_in("finance")
    for kind in FORMS:
        walk.open(f"{LEDGER}/entries/new/{kind}")
        see(walk, f"entry-{kind}")
    page.click('.card-row-action[href*="/entries/new/manual?fund="] >> nth=0')
    see(walk, "entry-manual-lines")
    page.fill('[name="amount_1"]', "12.50")
    page.fill('[name="reason"]', "The bank's slip of the month")
    page.set_input_files('[name="file"]', PHOTO)
    page.click("main form .btn-primary")
    page.wait_for_selector("#e-debit_1")
    see(walk, "entry-manual-refused")
    page.select_option('[name="debit_1"]', index=1)
    page.select_option('[name="credit_1"]', index=2)
    page.set_input_files('[name="file"]', RECEIPT)
    page.click("main form .btn-primary")
    page.wait_for_selector("#lines")
    see(walk, "entry-proposed")
    entry = page.url
    assert page.locator('form[action$="/book"]').count() == 0
    page.click(f'a[href$="{LEDGER}/entries"]')
    see(walk, "entry-list")

    walk.sign_in("treasurer")
    see(walk, "treasurer-home")
    page.click(f'.card-row-action[href="{entry.removeprefix(walk.stack.web)}"]')
    see(walk, "entry-to-approve")
    page.click('form[action$="/book"] .btn-primary')
    page.wait_for_selector('a[href*="/journals/"]')
    see(walk, "entry-booked")
    page.click('main a[href*="/journals/"]')
    see(walk, "journal-of-entry")
    page.click('a[href*="/entries/new/reversal"]')
    see(walk, "entry-reversal")


def test_rates_and_funds(walk: Walk):
    page = walk.page
    walk.sign_in("finance")
    walk.open(f"{LEDGER}/rates")
    see(walk, "rates")
    page.fill('[name="thb_per_unit"]', "many")
    page.click('form[action$="/rates"] .btn-primary')
    page.wait_for_selector("#e-thb_per_unit")
    page.fill('[name="thb_per_unit"]', "19.875")
    page.fill('[name="source"]', "Practice bank")
    page.click('form[action$="/rates"] .btn-primary')
    page.wait_for_selector('td:has-text("19.875")')
    see(walk, "rates-entered")

    walk.open(f"{LEDGER}/funds/open")
    see(walk, "fund-open")
    page.fill('[name="code"]', f"music-{walk.size}-{walk.language}")
    page.check('[name="restriction"][value="education"]')
    page.fill('[name="name_en"]', "Music schools")
    page.fill('[name="name_th"]', "โรงเรียนดนตรี")
    page.fill('[name="target"]', "1,000,000")
    page.click("main form .btn-primary")
    page.wait_for_url(f"**{LEDGER}/funds")
    see(walk, "funds")
    page.click(f'.card-row-action[href^="{LEDGER}/funds/"] >> nth=-1')
    see(walk, "fund-change")
    page.click('main a[href$="/close"]')
    see(walk, "fund-close")
    page.click("main form .btn-primary")
    page.wait_for_url(f"**{LEDGER}/funds")
    see(walk, "fund-closed")
    walk.open(f"{LEDGER}/funds")
    page.click(f'.card-row-action[href^="{LEDGER}/funds/"] >> nth=0')
    page.click('main a[href$="/close"]')
    page.click("main form .btn-primary")
    page.wait_for_selector("#problems")
    see(walk, "fund-not-closed")
