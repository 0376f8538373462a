"""Finance's list of gifts."""

from uuid import UUID

from flask import render_template, request

from fund.db import reading
from fund.giving import queries
from fund.giving.choices import STATE_NAMES
from fund.giving.views.room import blueprint
from fund.ledger.queries import fund_name
from fund.permissions import Permission
from fund.web import permit


@blueprint.get("/staff/gifts")
@permit(Permission.READ_GIFTS)
def gift_list() -> str:
    """Every gift, newest first."""
    with reading() as session:
        rows = queries.list_gifts(session, before=request.args.get("before", type=UUID))
        return render_template(
            "giving/gift_list.html",
            rows=rows,
            states=STATE_NAMES,
            fund_name=fund_name,
        )
