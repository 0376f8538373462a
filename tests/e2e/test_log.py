"""The auditor searches the log and follows what stands there; the contact sees who looked."""

import pytest

from tests.e2e.conftest import Walk

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

# What is searched for, and the timeline that the first line found leads to.
FOLLOWED = {
    "gift": "gift_paid",
    "application": "vote_cast",
    "award": "award_accepted",
    "payment": "payment_sent",
    "fund": "fund_opened",
}


def test_the_auditor_follows_what_the_log_holds(walk: Walk):
    walk.sign_in("auditor")
    walk.open("/staff/log")
    walk.see("log")
    for thing, event in FOLLOWED.items():
        walk.open(f"/staff/log?event={event}")
        walk.page.click("tbody th a >> nth=0")
        assert f"/staff/trail/{thing}" in walk.page.url
        walk.see(f"timeline-{thing}")
    walk.open("/staff/log?first=2026-13-01&about=nothing")
    walk.see("log-refused")
    walk.open("/staff/log?event=restored")
    walk.see("log-nothing")
    walk.open("/staff/log?event=vote_cast")
    walk.page.click('tbody a[href^="/staff/trail/staff/"] >> nth=0')
    walk.see("timeline-person")
    walk.open("/staff/log/export?from=2026-11-24&to=2020-01-01")
    walk.page.click("main details summary")
    walk.see("log-export")


def test_a_visitor_checks_a_receipt(walk: Walk):
    walk.sign_in("auditor")
    walk.open("/staff/log?event=receipt_issued")
    check = walk.page.get_attribute('a[href^="/log/check/"] >> nth=0', "href")
    walk.page.context.clear_cookies(name="session")
    walk.open(check)
    walk.page.click("main details summary")
    walk.see("receipt-check")
    walk.open("/log/")
    walk.see("log-public")


def test_the_contact_sees_who_looked(walk: Walk):
    walk.sign_in("dataprotection")
    walk.page.goto(walk.stack.web + "/staff/looks")
    walk.see("looks")
    walk.page.click("tbody th a >> nth=0")
    walk.see("looks-case")
