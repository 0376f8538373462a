"""Finance looks at the months of the demo world: one that is being closed, and closed ones."""

import pytest

from tests.e2e.conftest import Walk

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e-too")]


def test_finance_sees_what_is_open_and_what_was_closed(walk: Walk):
    walk.sign_in("finance")
    walk.open("/staff/ledger/periods")
    walk.see("periods")
    months = walk.page.eval_on_selector_all(".card-row-action", "rows => rows.map(r => r.href)")
    assert len(months) > 30
    walk.page.goto(months[0])
    walk.see("period-closing")
    for month in months[1:]:
        walk.page.goto(month)
        if walk.page.query_selector(".card-row"):
            break
    walk.see("period-closed-over-something")
    walk.page.click(".card a")
    walk.see("trial-balance-of-a-period")
    walk.open("/staff/ledger/export")
    walk.see("export")
    with walk.page.expect_download() as download:
        walk.page.click('[formaction$="/export/csv"]')
    assert download.value.suggested_filename.endswith(".csv")
