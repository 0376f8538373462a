"""Two persons of finance and their entries, rates and funds, in a real browser.

Elements are found by name, id or address, never by their text.
"""

import pytest

from tests.e2e.conftest import Walk
from tests.e2e.papers import PHOTO, RECEIPT

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

LEDGER = "/staff/ledger"
FORMS = ("transfer", "exchange", "opening_balance", "manual")


def test_an_entry_goes_through_two_hands(walk: Walk):
    page = walk.page
    walk.sign_in("finance")
    for kind in FORMS:
        walk.open(f"{LEDGER}/entries/new/{kind}")
        walk.see(f"entry-{kind}")
    page.click('.card-row-action[href*="/entries/new/manual?fund="] >> nth=0')
    walk.see("entry-manual-lines")
    page.fill('[name="amount_1"]', "12.50")
    page.fill('[name="reason"]', "The bank's slip of the month")
    page.set_input_files('[name="file"]', PHOTO)
    page.click("main form .btn-primary")
    page.wait_for_selector("#e-debit_1")
    walk.see("entry-manual-refused")
    page.select_option('[name="debit_1"]', index=1)
    page.select_option('[name="credit_1"]', index=2)
    page.set_input_files('[name="file"]', RECEIPT)
    page.click("main form .btn-primary")
    page.wait_for_selector("#lines")
    walk.see("entry-proposed")
    entry = page.url
    assert page.locator('form[action$="/book"]').count() == 0
    page.click(f'a[href$="{LEDGER}/entries"]')
    walk.see("entry-list")

    walk.sign_in("treasurer")
    walk.see("treasurer-home")
    page.click(f'.card-row-action[href="{entry.removeprefix(walk.stack.web)}"]')
    walk.see("entry-to-approve")
    page.click('form[action$="/book"] .btn-primary')
    page.wait_for_selector('a[href*="/journals/"]')
    walk.see("entry-booked")
    page.click('main a[href*="/journals/"]')
    walk.see("journal-of-entry")
    page.click('a[href*="/entries/new/reversal"]')
    walk.see("entry-reversal")


def test_rates_and_funds(walk: Walk):
    page = walk.page
    walk.sign_in("finance")
    walk.open(f"{LEDGER}/rates")
    walk.see("rates")
    page.fill('[name="thb_per_unit"]', "many")
    page.click('form[action$="/rates"] .btn-primary')
    page.wait_for_selector("#e-thb_per_unit")
    page.fill('[name="thb_per_unit"]', "19.875")
    page.fill('[name="source"]', "Practice bank")
    page.click('form[action$="/rates"] .btn-primary')
    page.wait_for_selector('td:has-text("19.875")')
    walk.see("rates-entered")

    walk.open(f"{LEDGER}/funds/open")
    walk.see("fund-open")
    page.fill('[name="code"]', f"music-{walk.size}-{walk.language}")
    page.check('[name="restriction"][value="education"]')
    page.fill('[name="name_en"]', "Music schools")
    page.fill('[name="name_th"]', "โรงเรียนดนตรี")
    page.fill('[name="target"]', "1,000,000")
    page.click("main form .btn-primary")
    page.wait_for_url(f"**{LEDGER}/funds")
    walk.see("funds")
    page.click(f'.card-row-action[href^="{LEDGER}/funds/"] >> nth=-1')
    walk.see("fund-change")
    page.click('main a[href$="/close"]')
    walk.see("fund-close")
    page.click("main form .btn-primary")
    page.wait_for_url(f"**{LEDGER}/funds")
    walk.see("fund-closed")
    walk.open(f"{LEDGER}/funds")
    page.click(f'.card-row-action[href^="{LEDGER}/funds/"] >> nth=0')
    page.click('main a[href$="/close"]')
    page.click("main form .btn-primary")
    page.wait_for_selector("#problems")
    walk.see("fund-not-closed")
