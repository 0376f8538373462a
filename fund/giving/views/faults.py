"""Receipts that were missing: what the daily look found, and what came of it."""

from flask import render_template

from fund.db import reading
from fund.giving import queries
from fund.giving.choices import FAULT_KINDS, FAULT_REASONS
from fund.giving.views.room import blueprint
from fund.permissions import Permission
from fund.web import permit

# More than a page of them is a matter for who runs the service.
MOST = 50


@blueprint.get("/staff/gifts/receipts")
@permit(Permission.READ_GIFTS)
def receipt_faults() -> str:
    """What cannot be healed and why, what is under way, what was healed."""
    with reading() as session:
        return render_template(
            "giving/receipt_faults.html",
            last=queries.find_last_check(session),
            open_rows=queries.list_faults(session, is_healed=False, most=MOST),
            healed_rows=queries.list_faults(session, is_healed=True, most=MOST),
            kinds=FAULT_KINDS,
            reasons=FAULT_REASONS,
        )
