"""Finance and a list of gifts, in a real browser: sent, looked at, recorded, undone by two.

Elements are found by name, id or address, never by their text.
"""

import pytest

from tests.e2e.conftest import Walk
from tests.e2e.papers import RECEIPT

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e-too")]

LISTS = "/staff/gifts/imports"
HEADING = "Date,Amount,Reference,Name,E-mail,Fund\n"


def send(walk: Walk, name: str, content: str) -> None:
    walk.open(f"{LISTS}/add")
    walk.page.select_option('[name="office"]', "th")
    file = {"name": name, "mimeType": "text/csv", "buffer": content.encode("utf-16")}
    walk.page.set_input_files('[name="file"]', file)
    walk.page.click("main form .btn-primary")
    walk.page.wait_for_url("**/imports/*-*")


def test_a_list_is_read_decided_recorded_and_undone(walk: Walk):
    page = walk.page
    mark = f"{walk.size}-{walk.language}"
    walk.sign_in("finance")
    walk.open(LISTS)
    walk.see("gift-lists")
    walk.open(f"{LISTS}/add")
    walk.see("gift-list-add")
    page.click("main form .btn-primary")
    page.wait_for_selector(".field-error")
    walk.see("gift-list-add-refused")
    send(walk, "faulty.csv", f"{HEADING}31/02/2569,x,{mark},,nobody,Nowhere\n")
    walk.see("gift-list-faulty")
    page.click('form[action$="/drop"] button')
    page.wait_for_selector(".empty")
    walk.see("gift-list-dropped")
    rows = "".join(f'20/11/2569,"1,000.50",{mark}-{n},Hemi {mark},,education\n' for n in range(3))
    send(walk, "gifts.csv", HEADING + rows)
    walk.see("gift-list-alike")
    page.check('[name="taken"] >> nth=0')
    page.click('form[action$="/alike"] button')
    page.wait_for_selector('form[action$="/record"]')
    walk.see("gift-list-decided")
    page.check('[name="receipts"][value="ours"]')
    page.set_input_files('[name="file"]', RECEIPT)
    page.click('form[action$="/record"] .btn-primary')
    page.wait_for_selector(".notice-done")
    walk.see("gift-list-recorded")
    address = page.url.removeprefix(walk.stack.web)
    page.click("#gifts + * a >> nth=0")
    page.wait_for_url("**/staff/gifts/*-*")
    walk.see("gift-of-a-list")
    walk.open(address)
    page.fill('[name="reason"]', f"Sent by mistake {mark}")
    page.click('form[action$="/undo/ask"] button')
    page.wait_for_selector('form[action$="/undo/drop"]')
    walk.see("gift-list-undo-asked")
    page.context.clear_cookies()
    walk.sign_in("treasurer")
    walk.open(address)
    walk.see("gift-list-undo-decide")
    page.click('form[action$="/undo"] .btn-primary')
    page.wait_for_selector(".pill-plain")
    walk.see("gift-list-undone")
