"""An auditor walks through the statements of the demo world, from each figure to its journal."""

import re

import pytest

from tests.e2e.conftest import Walk

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

PAGES = {
    "balances": "/staff/ledger",
    "statements": "/staff/ledger/statements",
    "position": "/staff/ledger/statements/position",
    "activities": "/staff/ledger/statements/activities",
    "fund-report": "/staff/ledger/statements/funds/education",
    "fund-report-held": "/staff/ledger/statements/funds/general",
    "trial-balance": "/staff/ledger/statements/trial-balance",
    "trial-balance-moved": "/staff/ledger/statements/trial-balance?first=2026-01-01",
    "journal": "/staff/ledger/journals",
    "no-day": "/staff/ledger/statements/position?last=yesterday",
    "nothing": "/staff/ledger/journals?last=2001-01-01",
}


def test_every_figure_leads_to_its_account_and_its_journals(walk: Walk):
    walk.sign_in("auditor")
    for name, path in PAGES.items():
        walk.open(path)
        walk.see(f"ledger-{name}")
    walk.open(PAGES["position"])
    walk.page.click("tbody th a >> nth=0")
    walk.see("ledger-accounts-of-a-line")
    walk.page.click("tbody th a >> nth=0")
    walk.see("ledger-account")
    assert re.search(r"/staff/ledger/accounts/[0-9a-f-]{36}\?", walk.page.url)
    walk.page.click("tbody th a >> nth=0")
    walk.see("ledger-journal-of-a-line")
    assert "/staff/ledger/journals/" in walk.page.url
    walk.open("/staff/ledger/entries")
    walk.page.click('.card-row-action:not([href*="/new/"]) >> nth=2')
    walk.see("ledger-entry-of-two-persons")
    assert walk.page.locator("#timeline").count() == 1
