"""The treasurer and the bank's statements, in a real browser.

Elements are found by name, id or address, never by their text.
"""

import pytest

from tests.e2e.conftest import Walk

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

BANK = "/staff/bank"
NEXT_FILE = """Practice Bank
Day,Words,Out,In,Left
25/11/2569,Invented transfer {mark},,"1,200.00","9,200.00"
25/11/2569,Fee {mark},12.00,,"9,188.00"
"""


def test_a_statement_is_read_and_its_lines_find_their_place(walk: Walk):
    page = walk.page
    walk.sign_in("treasurer")
    walk.open(BANK)
    walk.see("bank")
    page.click(f'.card-row-action[href^="{BANK}/statements/"] >> nth=0')
    walk.see("bank-statement")
    confirm = page.locator('form[action$="/confirm"] .btn-primary')
    if confirm.count():
        confirm.click()
        page.wait_for_selector(".notice-done")
        walk.see("bank-confirmed")
    statement = page.url
    page.click('form[action$="/texts"] button')
    page.wait_for_selector("#lines")
    walk.see("bank-texts")
    walk.open(statement.removeprefix(walk.stack.web))
    page.click(f'#lines + * a[href^="{BANK}/lines/"] >> nth=-1')
    walk.see("bank-line")


def test_stripe_bank_and_books_of_one_day(walk: Walk):
    page = walk.page
    walk.sign_in("treasurer")
    walk.open("/staff/settlement/reconciliation")
    walk.see("reconciliation")
    page.select_option('[name="office"]', "th")
    page.click(".actions button")
    page.wait_for_url("**office=th*")
    walk.see("reconciliation-th")
    explain = page.locator('form[action$="/explain"]').first
    if explain.count():
        page.click(".card-row summary >> nth=0")
        explain.locator("button").click()
        page.wait_for_selector(".field-error")
        walk.see("reconciliation-refused")


def test_a_csv_file_from_its_columns_to_its_lines(walk: Walk):
    page = walk.page
    walk.sign_in("finance")
    walk.open(f"{BANK}/accounts/add")
    walk.see("bank-account-add")
    number = f"11{walk.size}22{walk.language}"
    page.select_option('[name="office_id"]', index=1)
    page.fill('[name="name"]', f"Savings {number}")
    page.fill('[name="number"]', number)
    page.click("main form .btn-primary")
    page.wait_for_url(f"**{BANK}")
    page.click(f'.card-row:has-text("{number}") a[href*="/import"]')
    walk.see("bank-upload")
    content = NEXT_FILE.format(mark=number).encode()
    file = {"name": "bank.csv", "mimeType": "text/csv", "buffer": content}
    page.set_input_files('[name="file"]', file)
    page.click("main form .btn-primary")
    page.wait_for_url(f"**{BANK}/statements/*")
    walk.see("bank-columns")
    columns = {"day": "Day", "paid_in": "In", "paid_out": "Out", "text": "Words", "balance": "Left"}
    for name, column in columns.items():
        page.select_option(f'[name="{name}"]', column)
    page.click('form[action$="/columns"] button')
    page.wait_for_selector('form[action$="/record"]')
    walk.see("bank-preview")
    page.click('form[action$="/record"] .btn-primary')
    page.wait_for_selector("#about")
    walk.see("bank-recorded")
    page.click("section.card summary >> nth=0")
    page.click('form[action$="/undo"] button')
    page.wait_for_selector(".pill-plain")
    walk.see("bank-undone")
