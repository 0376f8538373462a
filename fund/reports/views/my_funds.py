"""What a donor's funds did, as they may see it."""

from flask import render_template

from fund import clock
from fund.applications.choices import LINE_KINDS
from fund.db import reading
from fund.giving.views import blueprint as gift_pages
from fund.ledger.queries import fund_name
from fund.reports.doings import list_doings
from fund.web import current_donor, donor_only


# A page of a room below, which cannot know what was granted; so it is drawn here.
@gift_pages.get("/my/funds")
@donor_only
def my_funds() -> str:
    """Public figures of the funds that the donor gave to; the same for whoever gave to them."""
    with reading() as session:
        doings, until = list_doings(
            session, current_donor().donor_id, today=clock.bangkok_day(clock.now())
        )
    return render_template(
        "giving/my_funds.html", doings=doings, until=until, kinds=LINE_KINDS, fund_name=fund_name
    )
